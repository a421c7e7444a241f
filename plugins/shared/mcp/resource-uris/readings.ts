import { hostOf } from './hosts';
import { HOST_SCHEMES, joinParts, partsOf } from './parts';
import { decodeAll, decodeHarmless, decodeUnicodeEscapes, hasOverlongByte } from './percent';
import {
  cutAtFragment,
  cutAtNul,
  cutAtQuery,
  dropBlanks,
  dropParameters,
  dropRepeated,
  dropTrailingSlash,
  plusToBlank,
  resolveDots,
  toCompatible,
  toHost,
  toScheme,
  toWindowsName,
  turnSlashes,
  unwrap,
  type Rewrite,
} from './rewrites';

/** Longer URIs have no readings: what they may be read as is not worth the time. In UTF-16 code units. */
export const MAX_URI_LENGTH = 16_384;

/** A URI that may be read in more ways has no readings. Those of real servers have 1 to 20. */
export const MAX_READINGS = 64;

/**
 * How much one request may have read, in UTF-16 code units of all readings of all its URIs: some milliseconds' work. A
 * reading costs 64 more than its length; URIs that have one reading alone cost nothing.
 */
export const MAX_READ_LENGTH = 65_536;
const READING_COST = 64;

/** What is left of {@link MAX_READ_LENGTH} for a request. */
export interface ReadingBudget {
  left: number;
}

/** The budget of a new request. */
export const newReadingBudget = (): ReadingBudget => ({ left: MAX_READ_LENGTH });

/** Other spellings of the same resource. */
const SPELLINGS: readonly Rewrite[] = [
  decodeAll,
  decodeHarmless,
  decodeUnicodeEscapes,
  dropBlanks,
  unwrap,
  turnSlashes,
  toCompatible,
  plusToBlank,
  toScheme,
  toHost,
  resolveDots,
  toWindowsName,
];

/** What a reader may leave out. */
const CUTS: readonly Rewrite[] = [cutAtNul, cutAtFragment, cutAtQuery, dropParameters, dropRepeated, dropTrailingSlash];

const ALL = [...SPELLINGS, ...CUTS];

/**
 * URIs that every reader takes alike: a lower-case scheme, names without percent signs, blanks, dots at their ends,
 * empty segments and the like. Most are of this kind.
 */
const PLAIN =
  /^(?!(?:file|https?|wss?|ftp):)[a-z][a-z0-9+.-]+:\/\/(?![a-z|]:)(?:[A-Za-z0-9_~!$&'()*,=:{}-](?:[A-Za-z0-9_~!$&'()*,=:{}.-]*[A-Za-z0-9_~!$&'()*,=:{}-])?(?:\/(?!$)|$))+$/;
const PLAIN_FILE = /^file:\/\/(?:\/[A-Za-z0-9_~!&'()*,={}-](?:[A-Za-z0-9_~!&'()*,={}.-]*[A-Za-z0-9_~!&'()*,={}-])?)+$/;

/**
 * The URI in every form in which some reader may take it: decoded before and after its dot segments are resolved, as
 * often as decoding changes something; with and without empty segments, query, fragment and parameters; `\` as slash and
 * not; all spellings of scheme and host, and so on (RFC 3986, section 6; WHATWG URL; common libraries). The first is
 * the URI in its usual spelling. Undefined when there are too many, which no honest client causes, or the budget of the
 * request is used up: what has no readings must be denied.
 */
export function readingsOf(uri: string, budget = newReadingBudget()): readonly string[] | undefined {
  if (uri.length > MAX_URI_LENGTH) return undefined;
  if (PLAIN.test(uri) || PLAIN_FILE.test(uri)) return [uri];
  return hasOverlongByte(uri) ? undefined : closureOf(usualSpelling(uri), ALL, budget);
}

/** The same for an entry of a list, which may hold globs: spellings of it alone, and none that is shorter. */
export const spellingsOf = (entry: string): readonly string[] =>
  closureOf(usualSpelling(entry), SPELLINGS, newReadingBudget()) ?? [entry];

/**
 * The spelling that two URIs share when no reader tells them apart: scheme in lower case, the host of a scheme whose hosts
 * are names in DNS as parsers write it, and nothing percent-encoded that need not be.
 */
export function usualSpelling(uri: string): string {
  const parts = partsOf(uri);
  const { scheme, authority, path } = parts;
  if (authority === undefined || !HOST_SCHEMES.has(scheme) || authority.includes('@')) return joinParts(parts);
  const host = hostOf(scheme, authority);
  return host === undefined
    ? joinParts(parts)
    : joinParts({ ...parts, authority: host, path: path === '' ? '/' : path });
}

/** All that the rewrites make of a URI, one after another in any order; bounded in number and length. */
function closureOf(uri: string, rewrites: readonly Rewrite[], budget: ReadingBudget): readonly string[] | undefined {
  const found = new Set([uri]);
  budget.left -= uri.length + READING_COST;
  for (const reading of found) {
    const parts = partsOf(reading);
    for (const rewrite of rewrites) {
      const results = rewrite(reading, parts);
      if (results === reading) continue;
      for (const result of typeof results === 'string' ? [results] : results) {
        if (found.has(result)) continue;
        found.add(result);
        budget.left -= result.length + READING_COST;
        if (found.size > MAX_READINGS || budget.left < 0) return undefined;
      }
    }
  }
  return [...found];
}
