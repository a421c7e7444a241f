import { isNamingMethod, type AnnouncedNames } from '../shared/mcp/announced-names';
import { CLIENT_METHODS } from '../shared/mcp/client-methods';
import type { OwnCounter } from './counters/counters';
import type { Digest } from './digest';
import type { Rule } from './rules';
import type { UnverifiedNames } from './unverified-names';

/** Names of tools, prompts and tasks, by where they come from. */
export interface NamesByOrigin {
  /** Names that a rule contains without a wildcard. */
  readonly inRules: ReadonlySet<string>;
  /** Names that a server is known to offer. */
  readonly announced: AnnouncedNames;
  /** Other names, which clients can invent in any number. */
  readonly unverified: UnverifiedNames;
}

/** True if the configuration or the protocol names the target, so that clients cannot invent more counters like it. */
export const isNamedByConfig = (rule: Rule, method: string, name: string): boolean =>
  isMethodKnown(rule, method) && (name === '' || name === rule.literalName);

/**
 * Decides whether a name may have a counter of its own.
 *
 * @param own the counter that it would have
 * @param shared the counter that the names of the caller share under the rule
 */
export function ownCounterOf(
  { inRules, announced, unverified }: NamesByOrigin,
  rule: Rule,
  service: string,
  method: string,
  name: string,
  own: Digest,
  shared: { readonly key: Digest },
): OwnCounter {
  if (isMethodKnown(rule, method) && (isAnnounced(announced, service, method, name) || inRules.has(name)))
    return 'always';
  return unverified.admits(shared, own, rule.lifetimeMs) ? 'while_half_free' : 'never';
}

const isMethodKnown = (rule: Rule, method: string): boolean => rule.hasLiteralMethod || CLIENT_METHODS.has(method);

const isAnnounced = (announced: AnnouncedNames, service: string, method: string, name: string): boolean =>
  isNamingMethod(method) && announced.has(service, method, name);
