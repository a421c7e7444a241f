import type { NameRule } from '../../shared/name-rules/name-rule';
import type { UriRule } from './uri-rule';

/** A rule that allows what both allow. */
export const bothNames = (first: NameRule, second: NameRule): NameRule => ({
  allows: (name) => first.allows(name) && second.allows(name),
  allowsExplicitly: (name) =>
    first.allows(name) && second.allows(name) && (first.allowsExplicitly(name) || second.allowsExplicitly(name)),
  denies: (name) => first.denies(name) || second.denies(name),
});

/** A rule that allows what both allow. */
export const bothUris = (first: UriRule, second: UriRule): UriRule => ({
  allows: (uri, readings) => first.allows(uri, readings) && second.allows(uri, readings),
  denies: (uri, readings) => first.denies(uri, readings) || second.denies(uri, readings),
  mayAllow: (template, readings) => first.mayAllow(template, readings) && second.mayAllow(template, readings),
});

/** A rule that allows nothing. It denies nothing by name: what it is asked about may be of another kind. */
export const NO_NAMES: NameRule = { allows: () => false, allowsExplicitly: () => false, denies: () => false };

/** As {@link NO_NAMES}. */
export const NO_URIS: UriRule = { allows: () => false, denies: () => false, mayAllow: () => false };
