import type { Range } from './secrets/characters';
import { findSecrets, IN_CONTENT, IN_ERRORS, IN_NAMES, type FinderTable } from './secrets/find-secrets';
import { compileUserPattern } from './secrets/user-pattern';

/** Replaces removed text, and content that is not captured (OpenInference, configuration.md). */
export const REDACTED = '__REDACTED__';

/** The length of an error message in spans and logs, in characters. */
export const MAX_ERROR_LENGTH = 200;

/** Removes secrets from texts. */
export interface Redactor {
  /**
   * Captured content, cut to `maxLength` characters, without tokens, keys, e-mail addresses, card numbers, user names
   * and passwords in URLs, and matches of the configured patterns.
   */
  content(text: string, maxLength?: number): string;
  /**
   * The text of an error. In addition to the rules for content, the queries and fragments of URLs, values next to the
   * name of a credential, and the `known` values of the client are removed.
   */
  error(text: string, maxLength: number, known?: readonly string[]): string;
  /** A name or id from a client or a server, without tokens and keys. */
  name(text: string, maxLength: number): string;
}

/**
 * The number of characters at the end of the inspected text that are not returned: a secret that starts before them is
 * recognized and removed although it is cut.
 */
export const MARGIN = 1024;

/** Shorter values may be ordinary words. */
const MIN_KNOWN_LENGTH = 4;
/** More values are not searched for. */
const MAX_KNOWN = 256;

/**
 * Creates a redactor for the known formats of secrets and the given patterns. Its time is linear in the length of the
 * result, however long the text is.
 *
 * @param patterns in RE2 syntax: no lookaround, no backreferences
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

/** The occurrences of the values. */
function occurrencesOf(values: readonly string[], text: string): Range[] {
  const found: Range[] = [];
  for (const value of values.slice(0, MAX_KNOWN)) {
    if (value.length < MIN_KNOWN_LENGTH) continue;
    // The end of a long value may be outside of the inspected text.
    const start = value.slice(0, MARGIN / 2);
    for (let at = text.indexOf(start); at !== -1; at = text.indexOf(start, at + value.length)) {
      found.push({ start: at, end: at + value.length });
    }
  }
  return found;
}

/** The first `safeEnd` characters without the ranges. */
function withoutRanges(text: string, ranges: Range[], safeEnd: number): string {
  let clean = '';
  let at = 0;
  for (const { start, end } of ranges.sort((a, b) => a.start - b.start)) {
    if (start >= safeEnd) break;
    if (end <= at) continue;
    // Overlapping ranges are replaced once.
    if (start >= at) clean += text.slice(at, start) + REDACTED;
    at = end;
  }
  return clean + text.slice(at, Math.max(at, safeEnd));
}
