import { anyGlobMatcher } from '../../shared/name-rules/glob';
import { nameRule, type NameLists, type NameRule } from '../../shared/name-rules/name-rule';
import { foldPolicyMethod } from '../protocol/fold-method';

/** The config fields about methods. */
export interface MethodConfig {
  readonly unknown_methods: 'pass' | 'deny';
  readonly methods: NameLists;
}

/** Which methods clients may use, compiled once. */
export interface MethodRules {
  readonly unknownMethods: MethodConfig['unknown_methods'];
  readonly methods: NameRule;
}

/** Compiles the rules about methods. */
export const compileMethodRules = (config: MethodConfig): MethodRules => ({
  unknownMethods: config.unknown_methods,
  methods: methodRule(config.methods),
});

/** Compiles lists of methods. The deny-list also matches every spelling that a lenient router maps to a denied method. */
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
