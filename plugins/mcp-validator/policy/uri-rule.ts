import { newReadingBudget, readingsOf, type ReadingBudget } from '../../shared/mcp/resource-uris/readings';
import { uriAllower, uriDenier } from '../../shared/mcp/resource-uris/uri-lists';
import type { NameLists } from '../../shared/name-rules/name-rule';

/** Compiled lists of resource URIs. */
export interface UriRule {
  /** True if clients may use the URI. `budget` bounds the work for all URIs of one request. */
  readonly allows: (uri: string, budget?: ReadingBudget) => boolean;
  /** True if the URI is on the deny-list, or has too many readings to decide. */
  readonly denies: (uri: string, budget?: ReadingBudget) => boolean;
}

/**
 * Compiles lists of resource URIs.
 *
 * A URI is denied if any reading that a server may have of it is denied, ignoring case. It is allowed only if all its
 * readings are allowed, so that no spelling extends an allow-list. A URI with too many readings is denied.
 */
export function uriRule({ allow, deny }: NameLists): UriRule {
  if (allow.length === 0 && deny.length === 0) return { allows: () => true, denies: () => false };
  const isAllowed = allow.length === 0 ? () => true : uriAllower(allow);
  const isDenied = uriDenier(deny);
  return {
    allows: (uri, budget = newReadingBudget()) => {
      const readings = readingsOf(uri, budget);
      return readings !== undefined && isAllowed(readings) && !isDenied(readings);
    },
    denies: (uri, budget = newReadingBudget()) => {
      if (deny.length === 0) return false;
      const readings = readingsOf(uri, budget);
      return readings === undefined || isDenied(readings);
    },
  };
}
