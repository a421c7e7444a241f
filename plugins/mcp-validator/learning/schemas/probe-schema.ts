import type { JsonObject } from '../../../shared/json/json-object';
import { compileToolSchema } from '../../arguments/compile-tool-schema';
import { compileOutputSchema } from '../../outputs/compile-output-schema';
import { toLenientSchema } from './lenient-schema';

/** A schema that can check calls: its lenient form as JSON text, and its size once compiled. */
export interface UsableSchema {
  readonly text: string;
  /** Estimate of the memory that it uses once compiled. */
  readonly bytes: number;
}

/** Why a schema cannot check calls: the reason as a fixed word, and a phrase that follows the name of the schema. */
export interface UnusableSchema {
  readonly unusable: UnusableReason;
  readonly problem: string;
}

/**
 * `unsupported`: the compiler rejects it. `too_large`: its text is too long. `deadline`: it was not compiled in time.
 * `busy`: too many schemas were waiting. `budget`: its service had used up its time. `failed`: the thread failed.
 */
export type UnusableReason = 'unsupported' | 'too_large' | 'deadline' | 'busy' | 'budget' | 'failed';

/** The result of compiling an announced schema. */
export type Probe = UsableSchema | UnusableSchema;

/** Characters of the longest schema that is compiled, including descriptions. */
export const MAX_ANNOUNCED_LENGTH = 262_144;

/** What a schema checks. */
export type SchemaUse = 'arguments' | 'output';

/**
 * Compiles an announced schema, to see whether it is usable; one of arguments in its lenient form, one of output as it is:
 * that is what clients compare results with. Its time is not bounded.
 */
export function probeSchema(announcedText: string, use: SchemaUse = 'arguments'): Probe {
  return use === 'arguments' ? probeArguments(announcedText) : probeOutput(announcedText);
}

function probeOutput(text: string): Probe {
  const compiled = compileOutputSchema(text);
  if (!compiled.ok) return { unusable: 'unsupported', problem: compiled.problem };
  return { text, bytes: compiled.bytes };
}

function probeArguments(announcedText: string): Probe {
  const text = JSON.stringify(toLenientSchema(JSON.parse(announcedText) as JsonObject));
  const compiled = compileToolSchema(text);
  if (!compiled.ok) return { unusable: 'unsupported', problem: compiled.problem };
  return { text, bytes: compiled.bytes };
}
