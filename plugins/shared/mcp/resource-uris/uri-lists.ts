import { anyGlobMatcher, globMatcher } from '../../name-rules/glob';
import { foldUri } from './fold-uri';
import { decodeHarmless } from './percent';
import { readingsOf, spellingsOf, usualSpelling } from './readings';

/**
 * Compiles globs of denied URIs. The result gets all readings of a URI, folded: it is denied if one of them matches,
 * ignoring case, or if one is the folder of a glob such as `file:///secret/*`.
 */
export function uriDenier(globs: readonly string[]): (folded: readonly string[]) => boolean {
  if (globs.length === 0) return () => false;
  const matches = anyGlobMatcher([...new Set(globs.flatMap((glob) => [glob, ...spellingsOf(glob)]).map(foldUri))]);
  return (folded) => folded.some((text) => matches(text) || (!text.endsWith('/') && matches(`${text}/`)));
}

/** How many readings of a URI a glob matches. */
export type Extent = 'all' | 'some' | 'none';

/** Compiles one glob to match the readings of URIs, ignoring case. */
export function uriMatcher(glob: string): (readings: readonly string[]) => Extent {
  if (glob === '*') return () => 'all';
  const matchesAll = uriAllower([glob]);
  const matches = anyGlobMatcher([...new Set([glob, ...spellingsOf(glob)].map(foldUri))]);
  return (readings) => {
    if (matchesAll(readings)) return 'all';
    return readings.some((reading) => matches(foldUri(reading))) ? 'some' : 'none';
  };
}

/**
 * Compiles globs of allowed URIs: an entry must match the URI as it is written, and every other reading must be allowed
 * too, or be a reading of that entry.
 */
export function uriAllower(globs: readonly string[]): (readings: readonly string[]) => boolean {
  const entries = globs.map((glob) => {
    const matchers = [...new Set([glob, usualSpelling(glob)].map(decodeHarmless))].map(entryMatcher);
    return {
      matches: (uri: string) => matchers.some((matches) => matches(uri)),
      matchesReading: anyGlobMatcher(readingsOfEntry(glob)),
    };
  });
  return (readings) => {
    const [first = ''] = readings;
    const written = decodeHarmless(first);
    const allowing = entries.filter(({ matches }) => matches(written));
    if (allowing.length === 0) return false;
    return readings.every(
      (reading) =>
        // The reading without unnecessary encoding is among the readings, too.
        decodeHarmless(reading) !== reading ||
        entries.some(({ matches }) => matches(reading)) ||
        allowing.some(({ matchesReading }) => matchesReading(reading) || matchesReading(`${reading}/`)),
    );
  };
}

/** `*` or `?` in the host never matches a part of the path. */
function entryMatcher(glob: string): (uri: string) => boolean {
  const [, host, path] = HOST_WITH_WILDCARD.exec(glob) ?? [];
  if (host === undefined || path === undefined) return globMatcher(glob);
  const matchesHost = globMatcher(host);
  const matchesPath = globMatcher(path);
  return (uri) => {
    const at = uri.indexOf('//') + 2;
    const end = at < 2 ? -1 : uri.slice(at).search(/[/?#\\]/);
    return end >= 0 && matchesHost(uri.slice(0, at + end)) && matchesPath(uri.slice(at + end));
  };
}

const HOST_WITH_WILDCARD = /^([^/*?]+:\/\/[^/]*[*?][^/]*)(\/.*)$/s;

/** A `?` in the host is a wildcard, elsewhere it may also begin a query, which a reader may ignore. */
const readingsOfEntry = (glob: string): readonly string[] =>
  (HOST_WITH_WILDCARD.test(glob) ? undefined : readingsOf(glob)) ?? spellingsOf(glob);
