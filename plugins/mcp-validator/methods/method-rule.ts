import { anyGlobMatcher } from '../../shared/name-rules/glob';
import { nameRule, type NameLists, type NameRule } from '../../shared/name-rules/name-rule';
import { foldPolicyMethod } from '../protocol/fold-method';

/** Compiles lists of methods. A denial also meets what a lenient router takes for the denied method. */
export function methodRule(lists: NameLists): NameRule {
  const exact = nameRule(lists);
  if (lists.deny.length === 0) return exact;
  const matchesFolded = anyGlobMatcher(lists.deny.map(foldPolicyMethod));
  const denies = (method: string): boolean => exact.denies(method) || matchesFolded(foldPolicyMethod(method));
  return {
    denies,
    allows: (method) => !denies(method) && exact.allows(method),
    allowsExplicitly: (method) => !denies(method) && exact.allowsExplicitly(method),
  };
}
