import { CLIENT_METHODS } from '../shared/mcp/client-methods';
import { isNamingMethod, type KnownNames } from '../shared/mcp/known-names';
import type { Claim } from './counters/counters';
import type { Digest } from './keys';
import type { MadeUpNames } from './made-up-names';
import type { Rule } from './rules';

/** What is known of names that clients use. */
export interface NameKnowledge {
  /** Those that a rule writes out. */
  readonly written: ReadonlySet<string>;
  readonly offered: KnownNames;
  readonly madeUp: MadeUpNames;
}

/** Is the counter of what the configuration or the protocol names, so that clients can't make up more of its kind? */
export const isNamedByConfig = (rule: Rule, method: string, name: string): boolean =>
  isMethodKnown(rule, method) && (name === '' || name === rule.literalName);

/**
 * May the name have a counter of its own? Clients can make up any number of names.
 *
 * @param own the counter that it would have
 * @param shared the one that the names of the caller share under the rule
 */
export function claimOf(
  { written, offered, madeUp }: NameKnowledge,
  rule: Rule,
  service: string,
  method: string,
  name: string,
  own: Digest,
  shared: { readonly key: Digest },
): Claim {
  if (isMethodKnown(rule, method) && (isOffered(offered, service, method, name) || written.has(name))) return 'known';
  return madeUp.allows(shared, own, rule.lifetimeMs) ? 'made_up' : 'none';
}

const isMethodKnown = (rule: Rule, method: string): boolean => rule.hasLiteralMethod || CLIENT_METHODS.has(method);

const isOffered = (offered: KnownNames, service: string, method: string, name: string): boolean =>
  isNamingMethod(method) && offered.has(service, method, name);
