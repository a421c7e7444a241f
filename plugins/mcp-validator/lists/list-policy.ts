import { MAX_READ_LENGTH } from '../../shared/mcp/resource-uris/readings';
import { UriReadings } from '../../shared/mcp/resource-uris/uri-readings';
import type { ArgumentRules } from '../arguments/argument-rules';
import { toolUnavailable } from '../arguments/tool-access';
import type { ToolKnowledge } from '../arguments/tool-knowledge';
import type { PolicyRules } from '../policy/policy-rules';
import type { ListPolicy } from './cut-list';

/** The readings of URIs that are computed for each byte of a list, in UTF-16 code units; beyond, URIs are hidden. */
const READ_LENGTH_PER_BYTE = 16;

/** The readings of the URIs of a list; `bytes` is its length. */
export const readingsOfList = (bytes: number): UriReadings =>
  new UriReadings({ left: MAX_READ_LENGTH + bytes * READ_LENGTH_PER_BYTE });

/**
 * What a list may show to one caller: what the same rules let it call, get or read. A tool whose learned schema cannot be
 * used stays in the list: its schema may only be waiting to be compiled.
 *
 * @param readings of its URIs
 */
export function listPolicyOf(
  policy: PolicyRules,
  rules: Pick<ArgumentRules, 'unknownTools'>,
  tools: ToolKnowledge,
  caching: ListPolicy['caching'],
  readings: UriReadings,
): ListPolicy {
  return {
    shows: (list, name) => {
      if (list.kind === 'prompts') return policy.prompts.allows(name);
      if (list.kind === 'resources') {
        return list.name === 'uri'
          ? policy.resources.allows(name, readings)
          : policy.resources.mayAllow(name, readings);
      }
      const reason = toolUnavailable(name, policy.tools, rules, tools);
      return reason === undefined || reason === 'unusable_schema';
    },
    hidesResource: (uri) => !policy.resources.allows(uri, readings),
    caching,
  };
}
