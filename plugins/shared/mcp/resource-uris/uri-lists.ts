import { anyGlobMatcher, globMatcher } from '../../name-rules/glob';
import { decodeHarmless } from './percent';
import { readingsOf, spellingsOf, usualSpelling } from './readings';
import { toCompatible } from './rewrites';

/** One form for what readers that fold case or Unicode take for the same. */
export function foldUri(uri: string): string {
  const text = toCompatible(uri);
  return text.toUpperCase().toLowerCase();
}

/**
 * Compiles globs of denied URIs. `denies` gets all readings of a URI: one that is denied is enough, in any case, and so
 * is the folder that a glob such as `file:///secret/*` speaks of.
 */
export function uriDenier(globs: readonly string[]): (readings: readonly string[]) => boolean {
  if (globs.length === 0) return () => false;
  const matches = anyGlobMatcher([...new Set(globs.flatMap((glob) => [glob, ...spellingsOf(glob)]).map(foldUri))]);
  return (readings) =>
    readings.some((reading) => {
      const text = foldUri(reading);
      return matches(text) || (!text.endsWith('/') && matches(`${text}/`));
    });
}

/** Whether a glob means a URI: by all its readings, by some, or by none. */
export type Extent = 'all' | 'some' | 'none';

/** Compiles one glob that is to be matched with the readings of URIs, in any case. */
export function uriMatcher(glob: string): (readings: readonly string[]) => Extent {
  if (glob === '*') return () => 'all';
  const meansAll = uriAllower([glob]);
  const matches = anyGlobMatcher([...new Set([glob, ...spellingsOf(glob)].map(foldUri))]);
  return (readings) => {
    if (meansAll(readings)) return 'all';
    return readings.some((reading) => matches(foldUri(reading))) ? 'some' : 'none';
  };
}

/**
 * Compiles globs of allowed URIs: an entry must allow the URI as it is written, and every other reading must be allowed
 * too, or be what the same reader makes of that entry.
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
        // Another reading is the same without what need not be encoded.
        decodeHarmless(reading) !== reading ||
        entries.some(({ matches }) => matches(reading)) ||
        allowing.some(({ matchesReading }) => matchesReading(reading) || matchesReading(`${reading}/`)),
    );
  };
}

/** Where `*` or `?` stands for a part of a host, it never reaches into the path. */
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

/** A `?` in the place of a host is a wildcard, elsewhere also the mark of a query that a reader may leave out. */
const readingsOfEntry = (glob: string): readonly string[] =>
  (HOST_WITH_WILDCARD.test(glob) ? undefined : readingsOf(glob)) ?? spellingsOf(glob);
