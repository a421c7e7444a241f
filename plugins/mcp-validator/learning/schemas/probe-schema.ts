import type { JsonObject } from '../../../shared/json-rpc/message';
import { compileToolSchema } from '../../arguments/compile-schema';
import { toLenientSchema } from './lenient-schema';

/** A schema that can judge calls: its lenient form as JSON text, and how long a program it makes. */
export interface UsableSchema {
  readonly text: string;
  /** Characters of the code that the compiler writes. */
  readonly codeLength: number;
}

/** Or why it can not: the reason as a fixed word, and a phrase that follows the schema's name. */
export interface UnusableSchema {
  readonly unusable: UnusableReason;
  readonly problem: string;
}

/**
 * `unsupported`: the compiler does not take it. `too_large`: its text or its program is too long. `deadline`: it was not
 * compiled in time. `busy`, `budget`: too many others waited, or its service had used up its time. `failed`: the thread
 * broke.
 */
export type UnusableReason = 'unsupported' | 'too_large' | 'deadline' | 'busy' | 'budget' | 'failed';

export type Probe = UsableSchema | UnusableSchema;

/** A longer schema is not looked at; descriptions count. */
export const MAX_ANNOUNCED_LENGTH = 262_144;
/** A longer program takes some 100 ms or more to make, in whatever thread. */
export const MAX_CODE_LENGTH = 262_144;

/** Makes an announced schema lenient and compiles it, to see whether that can be done. Takes as long as it takes. */
export function probeSchema(announcedText: string, maxDepth: number): Probe {
  const text = JSON.stringify(toLenientSchema(JSON.parse(announcedText) as JsonObject));
  const compiled = compileToolSchema(text, maxDepth);
  if (!compiled.ok) return { unusable: 'unsupported', problem: compiled.problem };
  const { codeLength } = compiled;
  if (codeLength > MAX_CODE_LENGTH) return { unusable: 'too_large', problem: 'makes too long a program' };
  return { text, codeLength };
}
