/** The part of a string that a scan uses; tests count the reads. */
export interface Characters {
  readonly length: number;
  /** NaN outside of the text. */
  charCodeAt(index: number): number;
}

/** A part of a text: from `start` (included) to `end` (excluded). */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A set of ASCII characters; other characters are never in it. */
export type CharacterSet = ReadonlyArray<boolean>;

/** The set of the characters that a regular expression for one character matches. */
export const charactersOf = (pattern: RegExp): CharacterSet =>
  Array.from({ length: 128 }, (_, code) => pattern.test(String.fromCharCode(code)));

export const DIGIT = charactersOf(/\d/);
export const WORD = charactersOf(/\w/);
export const WORD_OR_DASH = charactersOf(/[\w-]/);
export const SPACE = charactersOf(/\s/);
const HEX = charactersOf(/[0-9A-Fa-f]/);
const ESCAPE_LETTER = charactersOf(/[bfnrt]/);

const BACKSLASH = 0x5c;
const PERCENT = 0x25;

/** True if the character at `at` is in the set. */
export const isIn = (set: CharacterSet, text: Characters, at: number): boolean => set[text.charCodeAt(at)] === true;

/** The end of the run of characters of the set that starts at `at`. */
export function endOfRun(set: CharacterSet, text: Characters, at: number): number {
  let end = at;
  while (isIn(set, text, end)) end++;
  return end;
}

/** The start of the run of characters of the set that ends before `at`; not before `floor`. */
export function startOfRun(set: CharacterSet, text: Characters, at: number, floor: number): number {
  let start = at;
  while (start > floor && isIn(set, text, start - 1)) start--;
  return isEscape(text, start - 1) && start < at ? start + 1 : start;
}

/** True if the literal, which is ASCII, is at `at`. */
export function startsWith(text: Characters, at: number, literal: string): boolean {
  for (let index = 0; index < literal.length; index++) {
    if (text.charCodeAt(at + index) !== literal.charCodeAt(index)) return false;
  }
  return true;
}

/**
 * True if a word can start at `at`: the character before is no word character, or is the end of an escape such as `
 * ` or `%20`.
 */
export const isAtBoundary = (text: Characters, at: number): boolean =>
  !isIn(WORD, text, at - 1) ||
  isEscape(text, at - 2) ||
  (text.charCodeAt(at - 3) === PERCENT && isIn(HEX, text, at - 2) && isIn(HEX, text, at - 1));

/**
 * True if an escape such as `
 * ` is at `at`, as in a JSON text.
 */
const isEscape = (text: Characters, at: number): boolean =>
  at >= 0 && text.charCodeAt(at) === BACKSLASH && isIn(ESCAPE_LETTER, text, at + 1);

/** The characters of a range as a string; for short ranges. */
export function textOfRange(text: Characters, start: number, end: number): string {
  let result = '';
  for (let at = start; at < end; at++) result += String.fromCharCode(text.charCodeAt(at));
  return result;
}
