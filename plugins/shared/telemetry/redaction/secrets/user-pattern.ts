import { RE2JS } from 're2js';
import type { Range } from './characters';

/** Finds what a pattern of the configuration matches. */
export type PatternFinder = (text: string) => readonly Range[];

const MAX_PATTERN_LENGTH = 1000;
const MAX_PROGRAM_SIZE = 10_000;
/** A match longer than this may be found in part only, in UTF-16 code units. */
export const MAX_MATCH_LENGTH = 512;
/** What one pattern may take for one text: instructions of its program times characters that it looked at. */
const MAX_STEPS = 50_000_000;

/** What JavaScript has and RE2 has not, by how it begins. */
const NOT_SUPPORTED: readonly (readonly [RegExp, string])[] = [
  [/\(\?<?[=!]/, 'lookahead and lookbehind, (?=...) (?!...) (?<=...) (?<!...), are not supported'],
  [/\\[1-9]|\\k</, 'backreferences, \\1 or \\k<name>, are not supported'],
];

/**
 * Compiles a pattern of the configuration with RE2, which cannot backtrack: whatever the text, the time is the length
 * of the text times the size of the pattern.
 *
 * @param field what to name in the error
 * @throws Error naming the field and the pattern when RE2 does not take it
 */
export function compileUserPattern(source: string, field: string): PatternFinder {
  if (source.length > MAX_PATTERN_LENGTH) throw fault(field, source, `longer than ${MAX_PATTERN_LENGTH} characters`);
  let program: RE2JS;
  try {
    program = RE2JS.compile(RE2JS.translateRegExp(source));
  } catch (error) {
    const [, reason] = NOT_SUPPORTED.find(([pattern]) => pattern.test(source)) ?? [];
    throw fault(field, source, reason ?? (error as Error).message);
  }
  const size = program.programSize();
  if (size > MAX_PROGRAM_SIZE) throw fault(field, source, 'its repetitions are too many');
  return (text) => matchesOf(program, size, text);
}

const fault = (field: string, source: string, reason: string): Error =>
  new Error(`${field}: ${JSON.stringify(source.slice(0, 100))} is not a regular expression of RE2: ${reason}`);

/**
 * All matches. Each search sees a window of the text only: a pattern such as `a*b|a` would else look at all the rest for
 * each of its matches. Where the steps are used up, the rest of the text counts as one match.
 */
function matchesOf(program: RE2JS, size: number, text: string): Range[] {
  const found: Range[] = [];
  let left = MAX_STEPS;
  let at = 0;
  while (at < text.length) {
    const windowEnd = Math.min(text.length, at + 2 * MAX_MATCH_LENGTH);
    left -= (windowEnd - at) * size;
    if (left < 0) return [...found, { start: at, end: text.length }];
    const matcher = program.matcher(windowEnd === text.length ? text : text.slice(0, windowEnd));
    if (!matcher.find(at)) {
      if (windowEnd === text.length) break;
      at += MAX_MATCH_LENGTH;
      continue;
    }
    const [start, end] = [matcher.start(), matcher.end()];
    if (windowEnd < text.length && start - at >= MAX_MATCH_LENGTH) {
      // Too near to the window's end: the next window sees it whole.
      at = start;
      continue;
    }
    if (end > start) found.push({ start, end });
    at = Math.max(end, at + 1);
  }
  return found;
}
