import { MAX_URI_LENGTH } from '../../shared/mcp/resource-uris/readings';
import { uriAllower, uriDenier } from '../../shared/mcp/resource-uris/uri-lists';
import { UriReadings } from '../../shared/mcp/resource-uris/uri-readings';
import { prefixAllower, prefixDenier } from '../../shared/mcp/resource-uris/uri-templates';
import type { NameLists } from '../../shared/name-rules/name-rule';

/** Compiled lists of resource URIs. */
export interface UriRule {
  /** True if clients may use the URI. `readings` are those of the URIs of one request. */
  readonly allows: (uri: string, readings?: UriReadings) => boolean;
  /** True if the URI is on the deny-list, or has too many readings to decide. */
  readonly denies: (uri: string, readings?: UriReadings) => boolean;
  /** False if clients may use no URI of this template, as far as the text before its first expression shows. */
  readonly mayAllow: (template: string, readings?: UriReadings) => boolean;
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
    allows: (uri, readings = new UriReadings()) => {
      const reading = readings.of(uri);
      return reading !== undefined && isAllowed(reading.texts) && !isDenied(reading.folded);
    },
    denies: (uri, readings = new UriReadings()) => {
      if (deny.length === 0) return false;
      const reading = readings.of(uri);
      return reading === undefined || isDenied(reading.folded);
    },
    mayAllow: (template, readings = new UriReadings()) => {
      const reading = readings.ofTemplate(template);
      if (!reading.hasExpression) return rule.allows(template, readings);
      return reading.prefix.length <= MAX_URI_LENGTH && allowsPrefix(reading) && !deniesPrefix(reading);
    },
  };
  return rule;
}
