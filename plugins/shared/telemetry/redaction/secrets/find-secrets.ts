import { emailAddress, queryOrFragment, userInfo } from './addresses';
import { assigned, SIGNS } from './assignment';
import { cardNumber } from './card';
import type { Characters, Range } from './characters';
import type { Finder, Scan } from './scan';
import { basic, bearer, jsonWebToken, pemBlock, PREFIXES, prefixed } from './token-shapes';

/** The finders for each character, by its code; none beyond ASCII. */
export type FinderTable = ReadonlyArray<readonly Finder[] | undefined>;

function tableOf(entries: readonly (readonly [characters: string, finder: Finder])[]): FinderTable {
  const table: Finder[][] = [];
  for (const [characters, finder] of entries) {
    for (const character of characters) (table[character.charCodeAt(0)] ??= []).push(finder);
  }
  // An array without holes.
  return Array.from({ length: 128 }, (_, code) => table[code]);
}

const TOKENS: readonly (readonly [string, Finder])[] = [
  ['-', pemBlock],
  ['Bb', bearer],
  ['Bb', basic],
  ['e', jsonWebToken],
  [':', userInfo],
  ...PREFIXES.map((prefix) => [prefix.prefix.charAt(0), prefixed(prefix)] as const),
];

const PERSONAL: readonly (readonly [string, Finder])[] = [
  ['23456', cardNumber],
  ['@', emailAddress],
];

/** For names and ids, which may look like an address or a long number. */
export const IN_NAMES: FinderTable = tableOf(TOKENS);

/** For content: secrets in any context. */
export const IN_CONTENT: FinderTable = tableOf([...TOKENS, ...PERSONAL]);

/** For error messages: also the queries of URLs, and values next to the name of a credential. */
export const IN_ERRORS: FinderTable = tableOf([
  ...TOKENS,
  ...PERSONAL,
  ['?#', queryOrFragment],
  ...SIGNS.map((sign) => [String.fromCharCode(sign), assigned] as const),
]);

/**
 * The secrets in a text, in order, without overlaps. One pass, linear in the text. Never throws.
 *
 * @param cut true if the text continues after its end
 */
export function findSecrets(text: Characters, table: FinderTable, cut = false): Range[] {
  const found: Range[] = [];
  const scan: Scan = { text, cut, floor: 0, noTokenBefore: 0, urlEnd: -1 };
  let at = 0;
  while (at < text.length) {
    const range = firstOf(table[text.charCodeAt(at)], scan, at);
    if (range) {
      found.push(range);
      scan.floor = range.end;
    }
    at = Math.max(at + 1, scan.floor);
  }
  return found;
}

function firstOf(finders: readonly Finder[] | undefined, scan: Scan, at: number): Range | undefined {
  if (finders) {
    for (const finder of finders) {
      const range = finder(scan, at);
      if (range && range.start < range.end) return range;
    }
  }
  return undefined;
}
