import { RE2JS } from 're2js';
import type { Range } from './characters';

/** Finds the matches of a configured pattern. */
export type PatternFinder = (text: string) => readonly Range[];

const MAX_PATTERN_LENGTH = 1000;
const MAX_PROGRAM_SIZE = 10_000;
/** Of a longer match only a part may be found. In UTF-16 code units. */
export const MAX_MATCH_LENGTH = 512;
/** The budget of one pattern for one text: instructions of its program times inspected characters. */
const MAX_STEPS = 50_000_000;

/** JavaScript syntax that RE2 does not support. */
const NOT_SUPPORTED: readonly (readonly [RegExp, string])[] = [
  [/\(\?<?[=!]/, 'lookahead and lookbehind, (?=...) (?!...) (?<=...) (?<!...), are not supported'],
  [/\\[1-9]|\\k</, 'backreferences, \\1 or \\k<name>, are not supported'],
];

/**
 * Compiles a configured pattern with RE2, which does not backtrack: its time is the length of the text times the size
 * of the pattern.
 *
 * @param field the name of the field in the error
 * @throws Error naming the field and the pattern if RE2 does not accept it
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
  if (size > MAX_PROGRAM_SIZE) throw fault(field, source, 'too many repetitions');
  return (text) => matchesOf(program, size, text);
}

const fault = (field: string, source: string, reason: string): Error =>
  new Error(`${field}: ${JSON.stringify(source.slice(0, 100))} is not a regular expression of RE2: ${reason}`);

/**
 * All matches. Each search sees only a window of the text: a pattern such as `a*b|a` would otherwise search the rest of
 * the text for each of its matches. When the budget is used up, the rest of the text counts as one match.
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
      // Too close to the end of the window: the next window contains the whole match.
      at = start;
      continue;
    }
    if (end > start) found.push({ start, end });
    at = Math.max(end, at + 1);
  }
  return found;
}
