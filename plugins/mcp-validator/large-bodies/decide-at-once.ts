import type { ParsedMessage } from '../../shared/mcp/json-rpc/message';
import { checkMessages } from '../decision/check-messages';
import type { Decision } from '../decision/decision';
import { readCheapMessages } from '../decision/read-messages';
import type { HttpFacts } from '../protocol/http-facts';
import type { Rules } from '../rules';

/**
 * Decides about a request with a large body if this does not block other requests for long: a call of a tool, most of whose
 * bytes are long strings, in a configuration whose tools have no schemas. No check reads these strings then. Undefined if
 * another thread must decide.
 */
export function decideAtOnce(facts: HttpFacts, rules: Rules): Decision | undefined {
  if (rules.hasSchemas) return undefined;
  const read = readCheapMessages(facts, rules);
  if (read?.kind !== 'messages') return read;
  return read.messages.every(isToolCall) ? checkMessages(read, facts, rules, rules.configuredTools) : undefined;
}

const isToolCall = (message: ParsedMessage): boolean => message.kind !== 'response' && message.method === 'tools/call';
