import { emailAddress, queryOrFragment, userInfo } from './addresses';
import { assigned, SIGNS } from './assignment';
import { cardNumber } from './card';
import type { Characters, Range } from './characters';
import type { Finder, Scan } from './scan';
import { basic, bearer, jsonWebToken, pemBlock, PREFIXES, prefixed } from './token-shapes';

/** The finders to ask at a character, by its code; none beyond ASCII. */
export type FinderTable = ReadonlyArray<readonly Finder[] | undefined>;

function tableOf(entries: readonly (readonly [characters: string, finder: Finder])[]): FinderTable {
  const table: Finder[][] = [];
  for (const [characters, finder] of entries) {
    for (const character of characters) (table[character.charCodeAt(0)] ??= []).push(finder);
  }
  // Without holes.
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

/** In a name or an id, which may well have the form of an address or of a long number. */
export const IN_NAMES: FinderTable = tableOf(TOKENS);

/** What is a secret wherever it stands. */
export const IN_CONTENT: FinderTable = tableOf([...TOKENS, ...PERSONAL]);

/** In the text of an error also the queries of URLs, and what stands beside the name of a credential. */
export const IN_ERRORS: FinderTable = tableOf([
  ...TOKENS,
  ...PERSONAL,
  ['?#', queryOrFragment],
  ...SIGNS.map((sign) => [String.fromCharCode(sign), assigned] as const),
]);

/**
 * The secrets in a text, in their order and apart from each other. One pass, linear in the text. Never throws.
 *
 * @param cut true when the text goes on after its end
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
