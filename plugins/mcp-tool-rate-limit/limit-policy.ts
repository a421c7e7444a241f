import { encodeParts, type EncodedParts } from './digest';
import type { NamesByOrigin } from './own-counter';
import type { Rule } from './rules';

/** The compiled rules of a configuration, with what identifies its counters and the names it knows. */
export interface LimitPolicy {
  readonly rules: readonly Rule[];
  readonly match: 'first' | 'all';
  /** Where the configuration applies: the first parts of all its keys. */
  readonly scope: EncodedParts;
  /** True if no two callers can use the same counter, so that each caller may have its own hash tag. */
  readonly hasHashTagPerCaller: boolean;
  readonly names: NamesByOrigin;
}

/** Compiles the policy. `scope`: the ids of Kong's service, route and consumer, empty where there is none. */
export function limitPolicyOf(
  rules: readonly Rule[],
  match: LimitPolicy['match'],
  scope: readonly string[],
  { announced, unverified }: Pick<NamesByOrigin, 'announced' | 'unverified'>,
): LimitPolicy {
  const identities = new Set(
    rules.map(({ limitBy, headerName, fallback }) => encodeParts([...limitBy, headerName, fallback])),
  );
  const inRules = new Set(rules.flatMap(({ literalName }) => (literalName === undefined ? [] : [literalName])));
  return {
    rules,
    match,
    scope: encodeParts(scope),
    hasHashTagPerCaller: identities.size === 1 && !rules.some(({ sharesCallers }) => sharesCallers),
    names: { inRules, announced, unverified },
  };
}
