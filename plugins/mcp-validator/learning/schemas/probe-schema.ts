import type { JsonObject } from '../../../shared/json/json-object';
import { compileToolSchema } from '../../arguments/compile-tool-schema';
import { toLenientSchema } from './lenient-schema';

/** A schema that can judge calls: its lenient form as JSON text, and how large it is once compiled. */
export interface UsableSchema {
  readonly text: string;
  /** Roughly the memory that it takes once it is compiled. */
  readonly bytes: number;
}

/** Or why it can not: the reason as a fixed word, and a phrase that follows the schema's name. */
export interface UnusableSchema {
  readonly unusable: UnusableReason;
  readonly problem: string;
}

/**
 * `unsupported`: the compiler does not take it. `too_large`: its text is too long. `deadline`: it was not
 * compiled in time. `busy`, `budget`: too many others waited, or its service had used up its time. `failed`: the thread
 * broke.
 */
export type UnusableReason = 'unsupported' | 'too_large' | 'deadline' | 'busy' | 'budget' | 'failed';

export type Probe = UsableSchema | UnusableSchema;

/** A longer schema is not looked at; descriptions count. */
export const MAX_ANNOUNCED_LENGTH = 262_144;

/** Makes an announced schema lenient and compiles it, to see whether that can be done. Takes as long as it takes. */
export function probeSchema(announcedText: string): Probe {
  const text = JSON.stringify(toLenientSchema(JSON.parse(announcedText) as JsonObject));
  const compiled = compileToolSchema(text);
  if (!compiled.ok) return { unusable: 'unsupported', problem: compiled.problem };
  return { text, bytes: compiled.bytes };
}
