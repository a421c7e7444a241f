import { foldUri } from '../../shared/mcp/resource-uris/fold-uri';
import { readingsOf } from '../../shared/mcp/resource-uris/readings';
import { uriAllower } from '../../shared/mcp/resource-uris/uri-lists';
import { globMatcher } from '../../shared/name-rules/glob';

/** The config fields about paths. */
export interface PathConfig {
  readonly paths: readonly string[];
  readonly exempt_paths: readonly string[];
}

/** Compiled lists of paths, as the upstream receives them. */
export interface PathRules {
  /** True if every path is an endpoint, so that the path of a request need not be known. */
  readonly areAllEndpoints: boolean;
  /** True if some server may route the path to a listed MCP endpoint, or the path cannot be read. */
  readonly isEndpoint: (path: string) => boolean;
  /** The listed endpoints to which some server may route the path; none for another path, or one that cannot be read. */
  readonly endpointsOf: (path: string) => readonly string[];
  /** True if all readings of the path are exempt. */
  readonly isExempt: (path: string) => boolean;
}

/** Makes a path a URI, so that all its readings can be computed. */
const BASE = 'path://h';

/** A path of OAuth metadata ends with the path of the endpoint that it describes (RFC 9728, section 3.1). */
const WELL_KNOWN = '/.well-known/';

/**
 * Compiles the lists. An entry is a glob of a path at the root of the server or below any prefix, since routes may keep
 * their prefix, and services may have a path. `/` is only the root.
 *
 * @throws Error that names the field, if an entry is not a path
 */
export function compilePathRules({ paths, exempt_paths }: PathConfig): PathRules {
  for (const [field, list] of Object.entries({ paths, exempt_paths })) {
    const wrong = list.findIndex((path) => !path.startsWith('/') && !path.startsWith('*'));
    if (wrong >= 0) throw new Error(`${field}[${wrong + 1}]: a path must begin with / or *`);
  }
  const literal = new Set(paths);
  const entries = paths.map((entry) => ({ entry, lists: endpointMatcher(entry) }));
  const pathsOf = (path: string): readonly string[] | undefined =>
    readingsOf(BASE + path)
      ?.filter((reading) => reading.startsWith(BASE))
      .map((reading) => foldUri(reading.slice(BASE.length)) || '/');
  const isAllowed = exempt_paths.length === 0 ? () => false : uriAllower(exempt_paths.map((path) => BASE + path));
  return {
    areAllEndpoints: exempt_paths.length === 0 && (literal.has('*') || literal.has('/*')),
    isEndpoint: (path) => {
      if (literal.has(path) || !path.startsWith('/')) return true;
      const readings = pathsOf(path);
      return !readings || readings.some((reading) => entries.some(({ lists }) => lists(reading)));
    },
    endpointsOf: (path) => {
      if (literal.has(path)) return [path];
      const readings = pathsOf(path) ?? [];
      return entries.filter(({ lists }) => readings.some(lists)).map(({ entry }) => entry);
    },
    isExempt: (path) => {
      const readings = exempt_paths.length > 0 && path.startsWith('/') ? readingsOf(BASE + path) : undefined;
      return readings !== undefined && isAllowed(readings.filter((reading) => reading.startsWith(BASE)));
    },
  };
}

/** Matches folded paths: at the root, or below any prefix. */
function endpointMatcher(entry: string): (path: string) => boolean {
  const matches = globMatcher(foldUri(entry));
  const matchesEnd = entry === '/' ? () => false : globMatcher(`*${foldUri(entry)}`);
  return (path) => matches(path) || (matchesEnd(path) && !path.startsWith(WELL_KNOWN));
}
