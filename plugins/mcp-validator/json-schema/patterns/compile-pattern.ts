import { programs } from './programs';
import { translatePattern } from './translate-pattern';

/** A pattern of a schema that can't backtrack: its time is at most the text's length times its size. */
export interface LinearPattern {
  readonly test: (text: string) => boolean;
  /** What a test takes at most. */
  readonly steps: (text: string) => number;
}

/** A pattern, and what it takes to compile it: instructions of its programs, and ends of their character ranges. */
export type PatternResult =
  | { readonly ok: true; readonly pattern: LinearPattern; readonly instructions: number; readonly bounds: number }
  | { readonly ok: false; readonly problem: string };

const MAX_PATTERN_LENGTH = 4000;
/** Of one schema's patterns together. */
export const MAX_INSTRUCTIONS = 20_000;
export const MAX_BOUNDS = 1_000_000;

/** Compiles a pattern of JSON Schema, within what is left of a schema's bounds. */
export function compilePattern(
  source: string,
  instructionsLeft = MAX_INSTRUCTIONS,
  boundsLeft = MAX_BOUNDS,
): PatternResult {
  if (source.length > MAX_PATTERN_LENGTH) return failure(`has a pattern of more than ${MAX_PATTERN_LENGTH} characters`);
  try {
    const { conditions, instructions, bounds } = translatePattern(source);
    if (instructions > instructionsLeft) {
      return failure(`has patterns that take more than ${MAX_INSTRUCTIONS} RE2 instructions`);
    }
    if (bounds > boundsLeft) return failure(`has patterns with more than ${MAX_BOUNDS} ranges of characters in RE2`);
    const size = conditions.reduce((sum, condition) => sum + programs.sizeOf(condition.source), 0);
    const pattern: LinearPattern = {
      test: (text) => conditions.every((condition) => programs.test(condition.source, text) === condition.isWanted),
      // Half of the worst case: nearly all texts take far less.
      steps: (text) => Math.ceil((size * (text.length + 1)) / 2),
    };
    return { ok: true, pattern, instructions, bounds };
  } catch {
    return failure(`has a pattern that RE2 does not support (lookaround, backreferences): ${shorten(source)}`);
  }
}

const failure = (problem: string): PatternResult => ({ ok: false, problem });

const shorten = (source: string): string => (source.length > 100 ? `${source.slice(0, 100)}...` : source);
