import {
  MAX_URI_LENGTH,
  newReadingBudget,
  readingsOf,
  type ReadingBudget,
} from '../../shared/mcp/resource-uris/readings';
import { uriAllower, uriDenier } from '../../shared/mcp/resource-uris/uri-lists';
import { literalPrefix, prefixAllower, prefixDenier } from '../../shared/mcp/resource-uris/uri-templates';
import type { NameLists } from '../../shared/name-rules/name-rule';

/** Compiled lists of resource URIs. */
export interface UriRule {
  /** True if clients may use the URI. `budget` bounds the work for all URIs of one request. */
  readonly allows: (uri: string, budget?: ReadingBudget) => boolean;
  /** True if the URI is on the deny-list, or has too many readings to decide. */
  readonly denies: (uri: string, budget?: ReadingBudget) => boolean;
  /** False if clients may use no URI of this template, as far as the text before its first expression shows. */
  readonly mayAllow: (template: string) => boolean;
}

/**
 * Compiles lists of resource URIs.
 *
 * A URI is denied if any reading that a server may have of it is denied, ignoring case. It is allowed only if all its
 * readings are allowed, so that no spelling extends an allow-list. A URI with too many readings is denied.
 */
export function uriRule({ allow, deny }: NameLists): UriRule {
  if (allow.length === 0 && deny.length === 0) return { allows: () => true, denies: () => false, mayAllow: () => true };
  const isAllowed = allow.length === 0 ? () => true : uriAllower(allow);
  const isDenied = uriDenier(deny);
  const deniesPrefix = prefixDenier(deny);
  const allowsPrefix = allow.length === 0 ? () => true : prefixAllower(allow);
  const rule: UriRule = {
    allows: (uri, budget = newReadingBudget()) => {
      const readings = readingsOf(uri, budget);
      return readings !== undefined && isAllowed(readings) && !isDenied(readings);
    },
    denies: (uri, budget = newReadingBudget()) => {
      if (deny.length === 0) return false;
      const readings = readingsOf(uri, budget);
      return readings === undefined || isDenied(readings);
    },
    mayAllow: (template) => {
      const prefix = literalPrefix(template);
      if (prefix === template) return rule.allows(template);
      return prefix.length <= MAX_URI_LENGTH && allowsPrefix(prefix) && !deniesPrefix(prefix);
    },
  };
  return rule;
}
