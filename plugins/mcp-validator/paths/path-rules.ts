import { readingsOf } from '../../shared/mcp/resource-uris/readings';
import { foldUri, uriAllower } from '../../shared/mcp/resource-uris/uri-lists';
import { anyGlobMatcher } from '../../shared/name-rules/glob';

/** The parts of the plugin's configuration that speak of paths. */
export interface PathsConfig {
  readonly paths: readonly string[];
  readonly exempt_paths: readonly string[];
}

/** Compiled lists of the paths that the upstream sees. */
export interface PathRules {
  /** May some server route the path to an MCP endpoint that is listed? True for a path that can't be read. */
  readonly isEndpoint: (path: string) => boolean;
  /** Is the path, in all its readings, one on which nothing is judged? */
  readonly isExempt: (path: string) => boolean;
}

/** Before a path this makes a URI of which all readings are known. */
const BASE = 'path://h';

/** Metadata of OAuth names the endpoint that it is about at its end (RFC 9728, section 3.1). */
const WELL_KNOWN = '/.well-known/';

/**
 * Compiles the lists; throws, naming the field, when they can't work. An entry is a glob of a path at the root of the
 * server or below any prefix: routes may keep theirs, and services have a path of their own. `/` is the root alone.
 */
export function pathRules({ paths, exempt_paths }: PathsConfig): PathRules {
  for (const [field, list] of Object.entries({ paths, exempt_paths })) {
    const wrong = list.findIndex((path) => !path.startsWith('/') && !path.startsWith('*'));
    if (wrong >= 0) throw new Error(`${field}[${wrong + 1}]: a path must begin with / or *`);
  }
  const literal = new Set(paths);
  const matches = anyGlobMatcher(paths.map(foldUri));
  const matchesEnd = anyGlobMatcher(paths.flatMap((path) => (path === '/' ? [] : [`*${foldUri(path)}`])));
  const isListed = (reading: string): boolean => {
    const path = foldUri(reading.slice(BASE.length)) || '/';
    return matches(path) || (matchesEnd(path) && !path.startsWith(WELL_KNOWN));
  };
  const isAllowed = exempt_paths.length === 0 ? () => false : uriAllower(exempt_paths.map((path) => BASE + path));
  return {
    isEndpoint: (path) => {
      if (literal.has(path) || !path.startsWith('/')) return true;
      const readings = readingsOf(BASE + path);
      return !readings || readings.some((reading) => reading.startsWith(BASE) && isListed(reading));
    },
    isExempt: (path) => {
      const readings = exempt_paths.length > 0 && path.startsWith('/') ? readingsOf(BASE + path) : undefined;
      return readings !== undefined && isAllowed(readings.filter((reading) => reading.startsWith(BASE)));
    },
  };
}
