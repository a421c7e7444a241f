import type { ParsedMessage } from '../../shared/mcp/json-rpc/message';
import type { ToolKnowledge } from '../arguments/tool-knowledge';
import { checkMessages } from '../decision/check-messages';
import type { Decision } from '../decision/decision';
import { readCheapMessages } from '../decision/read-messages';
import type { HttpFacts } from '../protocol/http-facts';
import type { Rules } from '../rules';

/**
 * Decides about a request with a large body if this does not block other requests for long: a call of a tool without a
 * schema, most of whose bytes are long strings, since no check reads these. Undefined if another thread must decide.
 */
export function decideAtOnce(facts: HttpFacts, rules: Rules, tools: ToolKnowledge): Decision | undefined {
  const read = readCheapMessages(facts, rules);
  if (read?.kind !== 'messages') return read;
  if (!read.messages.every(isToolCall)) return undefined;
  const toolsWithSchema: string[] = [];
  const decision = checkMessages(read, facts, rules, {
    ...tools,
    schemaOf: (tool) => {
      if (tools.schemaOf(tool)) toolsWithSchema.push(tool);
      return undefined;
    },
  });
  return toolsWithSchema.length > 0 ? undefined : decision;
}

const isToolCall = (message: ParsedMessage): boolean => message.kind !== 'response' && message.method === 'tools/call';
