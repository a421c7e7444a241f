import type { ToolKnowledge } from '../arguments/tool-knowledge';
import type { HttpFacts } from '../protocol/http-facts';
import type { Rules } from '../rules';
import { checkMessages } from './check-messages';
import type { Decision } from './decision';
import { readMessages } from './read-messages';

/**
 * Decides about an HTTP request. A request that no server could take for MCP passes; all others go through the checks
 * in order, and the first failure rejects the request.
 *
 * Pure: reads nothing but its arguments. Never throws. `tools` is what is known about the tools of the server; by
 * default only the configured schemas.
 */
export function decide(facts: HttpFacts, rules: Rules, tools: ToolKnowledge = rules.configuredTools): Decision {
  const read = readMessages(facts, rules);
  return read.kind === 'messages' ? checkMessages(read, facts, rules, tools) : read;
}
