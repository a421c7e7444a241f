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

/** In UTF-16 code units. Longer URIs have no readings: to compute them would take too long. */
export const MAX_URI_LENGTH = 16_384;

/** A URI with more readings counts as one without readings. URIs of real servers have 1 to 20. */
export const MAX_READINGS = 64;

/**
 * The total length of all readings of all URIs in one request, in UTF-16 code units: some milliseconds of work. A reading
 * costs 64 more than its length; URIs with only one reading cost nothing.
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

/** Parts that a reader may ignore. */
const CUTS: readonly Rewrite[] = [cutAtNul, cutAtFragment, cutAtQuery, dropParameters, dropRepeated, dropTrailingSlash];

const ALL = [...SPELLINGS, ...CUTS];

/**
 * URIs that every reader reads in the same way: a lower-case scheme, names without percent signs, blanks, dots at their
 * ends, empty segments and so on. Most URIs are of this kind.
 */
const PLAIN =
  /^(?!(?:file|https?|wss?|ftp):)[a-z][a-z0-9+.-]+:\/\/(?![a-z|]:)(?:[A-Za-z0-9_~!$&'()*,=:{}-](?:[A-Za-z0-9_~!$&'()*,=:{}.-]*[A-Za-z0-9_~!$&'()*,=:{}-])?(?:\/(?!$)|$))+$/;
const PLAIN_FILE = /^file:\/\/(?:\/[A-Za-z0-9_~!&'()*,={}-](?:[A-Za-z0-9_~!&'()*,={}.-]*[A-Za-z0-9_~!&'()*,={}-])?)+$/;

/**
 * All readings that some reader may have of the URI: decoded before and after its dot segments are resolved, as often as
 * decoding changes something; with and without empty segments, query, fragment and parameters; with `\` as slash or not;
 * all spellings of scheme and host, and so on (RFC 3986, section 6; WHATWG URL; common libraries). The first is the URI in
 * its usual spelling.
 *
 * @returns undefined if there are too many readings, or the budget of the request is used up: such a URI must be denied
 */
export function readingsOf(uri: string, budget = newReadingBudget()): readonly string[] | undefined {
  if (uri.length > MAX_URI_LENGTH) return undefined;
  if (PLAIN.test(uri) || PLAIN_FILE.test(uri)) return [uri];
  return hasOverlongByte(uri) ? undefined : closureOf(usualSpelling(uri), ALL, budget);
}

/** The same for an entry of a list, which may contain globs: only other spellings, none that drops a part. */
export const spellingsOf = (entry: string): readonly string[] =>
  closureOf(usualSpelling(entry), SPELLINGS, newReadingBudget()) ?? [entry];

/**
 * One spelling for URIs that are the same to every reader: the scheme in lower case, and the normalized host of a scheme
 * whose hosts are DNS names.
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

/** All results of the rewrites, applied one after another in any order; bounded in number and length. */
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
