/** A tier of callers, and what puts one into it. */
interface TierConfig {
  readonly name: string;
  /** A tag of the consumer. */
  readonly tag?: string;
  /** A group of Kong's acl plugin. */
  readonly group?: string;
}

/** What of the plugin's config puts callers into tiers. */
export interface TierRules {
  readonly tiers: readonly TierConfig[];
  readonly default_tier: string;
  /** True where the configuration states that the acl plugin wrote the header of groups. */
  readonly trust_acl_groups: boolean;
}

/** What Kong vouches for: the tags of the authenticated consumer, and the values of `X-Consumer-Groups`. */
export interface TierFacts {
  /** Undefined for a caller that no authentication plugin knows. */
  readonly tags: readonly string[] | undefined;
  readonly groupHeaders: readonly string[];
}

/** Throws, naming the field, when a tier can't be entered. */
export function checkTiers({ tiers, trust_acl_groups }: TierRules): void {
  for (const [index, { tag, group }] of tiers.entries()) {
    if (tag === undefined && group === undefined) throw new Error(`tiers[${index + 1}]: give it a tag or a group`);
    if (group !== undefined && !trust_acl_groups) {
      throw new Error(`tiers[${index + 1}].group: trust_acl_groups must be true, and the acl plugin on the route`);
    }
  }
}

/**
 * The tier of a caller. A caller that Kong did not authenticate is of the default tier, whatever its headers say.
 */
export function tierOf({ tags, groupHeaders }: TierFacts, rules: TierRules): string {
  if (!tags) return rules.default_tier;
  const groups = rules.trust_acl_groups ? groupsOf(groupHeaders) : [];
  const tier = rules.tiers.find(
    ({ tag, group }) => (tag !== undefined && tags.includes(tag)) || (group !== undefined && groups.includes(group)),
  );
  return tier?.name ?? rules.default_tier;
}

/** The acl plugin writes one header, its groups joined by a comma and a space (`kong/plugins/acl/handler.lua`). */
const groupsOf = (values: readonly string[]): readonly string[] =>
  values.length === 1 ? (values[0] ?? '').split(', ') : [];
