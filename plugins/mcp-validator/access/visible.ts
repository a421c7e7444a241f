import type { UriReadings } from '../../shared/mcp/resource-uris/uri-readings';
import type { NameRule } from '../../shared/name-rules/name-rule';
import { bothNames, bothUris } from '../policy/combine-rules';
import type { PolicyRules } from '../policy/policy-rules';
import type { AccessCaller, AccessRules } from './access-rules';
import { admits, admitsTemplate } from './check-access';

/**
 * What lists may show to a caller: what the policy allows, without what only other callers may use. What a further scope or
 * a login would open stays: clients ask for it once they use it.
 *
 * @param readings of the URIs of the list
 */
export function visiblePolicy(
  policy: PolicyRules,
  { access }: AccessRules,
  caller: AccessCaller | undefined,
  readings: UriReadings,
): PolicyRules {
  if (!access) return policy;
  const namesOf = (method: string): NameRule => ({
    allows: (name) => admits(access, caller, method, name, readings),
    allowsExplicitly: () => false,
    denies: () => false,
  });
  return {
    tools: bothNames(policy.tools, namesOf('tools/call')),
    prompts: bothNames(policy.prompts, namesOf('prompts/get')),
    resources: bothUris(policy.resources, {
      allows: (uri) => admits(access, caller, 'resources/read', uri, readings),
      denies: () => false,
      mayAllow: (template) => admitsTemplate(access, caller, template, readings),
    }),
  };
}
