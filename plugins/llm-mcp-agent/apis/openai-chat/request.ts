import { isJsonObject, type JsonObject } from '../../../shared/json/json-object';
import { listOf, recordOf } from '../../../shared/json/lenient-json';

/** Why a request cannot be served; undefined if it can. */
export function problemIn(body: JsonObject): string | undefined {
  if (!Array.isArray(body['messages'])) return 'messages must be a list';
  if (typeof body['n'] === 'number' && body['n'] > 1) return 'n must be 1: the agent continues one answer';
  if (body['functions'] !== undefined) return 'functions is not supported: use tools';
  return hasMcpTools(body['tools']) ? MCP_TOOLS : undefined;
}

/** A provider would call these servers itself, past the gateway. */
export const MCP_TOOLS = 'tools of type mcp are not supported: the gateway calls MCP servers itself';

/** True if a list of tools names an MCP server for the provider. */
export const hasMcpTools = (tools: unknown): boolean =>
  listOf(tools).some((tool) => /^mcp/.test(String(recordOf(tool)['type'])));

/**
 * The `tool_choice` of a round. A required or a named tool applies to the first round only, otherwise the run would never
 * end; in the last round no tool may be called.
 */
export function toolChoiceOf(choice: unknown, round: number, isLast: boolean): unknown {
  if (isLast) return 'none';
  if (round === 1 || choice === undefined || choice === 'none') return choice;
  if (!isJsonObject(choice)) return 'auto';
  const { type } = choice;
  if (type !== 'allowed_tools') return 'auto';
  const nested = choice['allowed_tools'];
  if (isJsonObject(nested)) return { ...choice, allowed_tools: { ...nested, mode: 'auto' } };
  return { ...choice, mode: 'auto' };
}
