import type { Identity, Rule } from './rules';
import type { TierRules } from './tiers';

/** The facts about a caller that a configuration uses. */
export interface NeededFacts {
  readonly consumer: boolean;
  readonly credentialId: boolean;
  readonly ip: boolean;
  readonly headers: boolean;
}

/** Finds the facts that the rules use: each one that Kong need not return makes a request cheaper. */
export function neededFacts(
  rules: readonly Pick<Rule, 'limitBy' | 'fallback' | 'sharesCallers'>[],
  { tiers, trust_acl_groups }: Pick<TierRules, 'tiers' | 'trust_acl_groups'>,
): NeededFacts {
  const perCaller = rules.filter(({ sharesCallers }) => !sharesCallers);
  const limitsBy = (identity: Identity): boolean => perCaller.some(({ limitBy }) => limitBy.includes(identity));
  return {
    // The tier of a caller depends on the consumer.
    consumer: tiers.length > 0 || limitsBy('consumer') || limitsBy('principal'),
    credentialId: limitsBy('credential') || limitsBy('principal'),
    ip: limitsBy('ip') || perCaller.some(({ fallback }) => fallback === 'ip'),
    // The acl plugin writes the groups of a caller into a header.
    headers: (tiers.length > 0 && trust_acl_groups) || limitsBy('header') || limitsBy('mcp-session'),
  };
}
