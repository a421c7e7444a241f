import { programs } from './programs';
import { translatePattern } from './translate-pattern';

/** A pattern that cannot backtrack: its time is at most the length of the text times the size of the pattern. */
export interface LinearPattern {
  readonly test: (text: string) => boolean;
  /** The largest number of steps of a test. */
  readonly steps: (text: string) => number;
}

/** A pattern with the cost to compile it: the instructions of its programs, and the ends of their character ranges. */
export type PatternResult =
  | { readonly ok: true; readonly pattern: LinearPattern; readonly instructions: number; readonly bounds: number }
  | { readonly ok: false; readonly problem: string };

const MAX_PATTERN_LENGTH = 4000;
/** Bounds for all patterns of one schema. */
export const MAX_INSTRUCTIONS = 20_000;
export const MAX_BOUNDS = 1_000_000;

/** Compiles a pattern of JSON Schema within the remaining bounds of the schema. */
export function compilePattern(
  source: string,
  instructionsLeft = MAX_INSTRUCTIONS,
  boundsLeft = MAX_BOUNDS,
): PatternResult {
  if (source.length > MAX_PATTERN_LENGTH) return failure(`has a pattern of more than ${MAX_PATTERN_LENGTH} characters`);
  try {
    const { conditions, instructions, bounds } = translatePattern(source);
    if (instructions > instructionsLeft) {
      return failure(`has patterns that need more than ${MAX_INSTRUCTIONS} RE2 instructions`);
    }
    if (bounds > boundsLeft) return failure(`has patterns with more than ${MAX_BOUNDS} ranges of characters in RE2`);
    const size = conditions.reduce((sum, condition) => sum + programs.sizeOf(condition.source), 0);
    const pattern: LinearPattern = {
      test: (text) => conditions.every((condition) => programs.test(condition.source, text) === condition.isWanted),
      // Half of the worst case: nearly all texts need far less.
      steps: (text) => Math.ceil((size * (text.length + 1)) / 2),
    };
    return { ok: true, pattern, instructions, bounds };
  } catch {
    return failure(`has a pattern that RE2 does not support (lookaround, backreferences): ${shorten(source)}`);
  }
}

const failure = (problem: string): PatternResult => ({ ok: false, problem });

const shorten = (source: string): string => (source.length > 100 ? `${source.slice(0, 100)}...` : source);
