import { aclGroupsOf } from '../shared/callers/acl-groups';

/** A tier, and which callers belong to it. */
interface TierConfig {
  readonly name: string;
  /** A tag of the consumer. */
  readonly tag?: string;
  /** A group of Kong's acl plugin. */
  readonly group?: string;
}

/** The fields of the configuration that assign callers to tiers. */
export interface TierRules {
  readonly tiers: readonly TierConfig[];
  readonly default_tier: string;
  /** True if the configuration states that the acl plugin writes `X-Consumer-Groups` on the route. */
  readonly trust_acl_groups: boolean;
}

/** What Kong reports about a caller: the tags of the authenticated consumer, and the values of `X-Consumer-Groups`. */
export interface TierFacts {
  /** Undefined for a caller that no authentication plugin authenticated. */
  readonly tags: readonly string[] | undefined;
  readonly groupHeaders: readonly string[];
}

/** @throws if no caller can belong to a tier, naming the field */
export function checkTiers({ tiers, trust_acl_groups }: TierRules): void {
  for (const [index, { tag, group }] of tiers.entries()) {
    if (tag === undefined && group === undefined) throw new Error(`tiers[${index + 1}]: requires tag or group`);
    if (group !== undefined && !trust_acl_groups) {
      throw new Error(`tiers[${index + 1}].group: requires trust_acl_groups: true, and the acl plugin on the route`);
    }
  }
}

/** The tier of a caller: the default tier for a caller that Kong did not authenticate, whatever its headers contain. */
export function tierOf({ tags, groupHeaders }: TierFacts, rules: TierRules): string {
  if (!tags) return rules.default_tier;
  const groups = rules.trust_acl_groups ? aclGroupsOf(groupHeaders) : [];
  const tier = rules.tiers.find(
    ({ tag, group }) => (tag !== undefined && tags.includes(tag)) || (group !== undefined && groups.includes(group)),
  );
  return tier?.name ?? rules.default_tier;
}
