import { checkWithoutMessages } from '../access/check-access';
import type { ToolKnowledge } from '../arguments/tool-knowledge';
import { httpFaultResponse } from '../denial-response';
import type { HttpFacts } from '../protocol/http-facts';
import type { Rules } from '../rules';
import { checkMessages } from './check-messages';
import { rejectUnread, type Decision } from './decision';
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
  if (read.kind === 'messages') return checkMessages(read, facts, rules, tools);
  const fault = read.kind === 'pass' ? checkWithoutMessages(facts.method, rules, facts.caller) : undefined;
  return fault ? rejectUnread(httpFaultResponse(fault)) : read;
}
