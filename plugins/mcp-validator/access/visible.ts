import type { NameRule } from '../../shared/name-rules/name-rule';
import { bothNames, bothUris } from '../policy/combine-rules';
import type { PolicyRules } from '../policy/policy-rules';
import type { AccessCaller, AccessRules } from './access-rules';
import { admits, admitsTemplate } from './check-access';

/**
 * What lists may show to a caller: what the policy allows, without what only other callers may use. What a further scope or
 * a login would open stays: clients ask for it once they use it.
 */
export function visiblePolicy(
  policy: PolicyRules,
  { access }: AccessRules,
  caller: AccessCaller | undefined,
): PolicyRules {
  if (!access) return policy;
  const namesOf = (method: string): NameRule => ({
    allows: (name) => admits(access, caller, method, name),
    allowsExplicitly: () => false,
    denies: () => false,
  });
  return {
    tools: bothNames(policy.tools, namesOf('tools/call')),
    prompts: bothNames(policy.prompts, namesOf('prompts/get')),
    resources: bothUris(policy.resources, {
      allows: (uri) => admits(access, caller, 'resources/read', uri),
      denies: () => false,
      mayAllow: (template) => admitsTemplate(access, caller, template),
    }),
  };
}
