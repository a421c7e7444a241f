import type { Range } from './secrets/characters';
import { findSecrets, IN_CONTENT, IN_ERRORS, IN_NAMES, type FinderTable } from './secrets/find-secrets';
import { compileUserPattern } from './secrets/user-pattern';

/** Replaces removed text, and content that is not captured (OpenInference, configuration.md). */
export const REDACTED = '__REDACTED__';

/** The length of an error message in spans and logs, in characters. */
export const MAX_ERROR_LENGTH = 200;

/** Takes secrets out of texts. */
export interface Redactor {
  /**
   * Content that is opted in, at most `maxLength` characters of it, without tokens, keys, e-mail addresses, card numbers,
   * the user names and passwords of URLs, and what the configuration's patterns match.
   */
  content(text: string, maxLength?: number): string;
  /**
   * The text of an error, which is told although content is not: also without the queries and fragments of URLs,
   * without what stands beside the name of a credential, and without the `known` values of the client.
   */
  error(text: string, maxLength: number, known?: readonly string[]): string;
  /** The name or id that a client or a server chose: without tokens and keys. */
  name(text: string, maxLength: number): string;
}

/**
 * How many characters at the end of what is looked at are not given: a secret that begins before them is recognised
 * although it is cut, and taken out whole.
 */
export const MARGIN = 1024;

/** Shorter values are words that stand anywhere. */
const MIN_KNOWN_LENGTH = 4;
/** More values are not looked for. */
const MAX_KNOWN = 256;

/**
 * Makes a redactor of the known shapes of secrets and the given patterns. The time that it takes is linear in what it
 * gives, however long the text is.
 *
 * @param patterns in the syntax of RE2: no lookaround, no backreferences
 * @throws Error naming the pattern that does not compile
 */
export function createRedactor(patterns: readonly string[] = []): Redactor {
  const finders = patterns.map((source, index) => compileUserPattern(source, `redact_patterns[${index}]`));
  const redact = (text: string, maxLength: number, table: FinderTable, known: readonly string[] = []): string => {
    const seen = text.slice(0, maxLength + 2 * MARGIN);
    const isCut = seen.length < text.length;
    const found = [
      ...findSecrets(seen, table, isCut),
      ...finders.flatMap((find) => find(seen)),
      ...occurrencesOf(known, seen),
    ];
    return withoutRanges(seen, found, isCut ? seen.length - MARGIN : seen.length).slice(0, maxLength);
  };
  return {
    content: (text, maxLength = Infinity) => redact(text, maxLength, IN_CONTENT),
    error: (text, maxLength, known = []) => redact(text, maxLength, IN_ERRORS, known),
    name: (text, maxLength) => redact(text, maxLength, IN_NAMES),
  };
}

/** Where the values stand. */
function occurrencesOf(values: readonly string[], text: string): Range[] {
  const found: Range[] = [];
  for (const value of values.slice(0, MAX_KNOWN)) {
    if (value.length < MIN_KNOWN_LENGTH) continue;
    // The end of a long one may lie beyond what is looked at.
    const start = value.slice(0, MARGIN / 2);
    for (let at = text.indexOf(start); at !== -1; at = text.indexOf(start, at + value.length)) {
      found.push({ start: at, end: at + value.length });
    }
  }
  return found;
}

/** What of the first `safeEnd` characters is in no range. */
function withoutRanges(text: string, ranges: Range[], safeEnd: number): string {
  let clean = '';
  let at = 0;
  for (const { start, end } of ranges.sort((a, b) => a.start - b.start)) {
    if (start >= safeEnd) break;
    if (end <= at) continue;
    // Ranges that overlap are one.
    if (start >= at) clean += text.slice(at, start) + REDACTED;
    at = end;
  }
  return clean + text.slice(at, Math.max(at, safeEnd));
}
