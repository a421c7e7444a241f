import { isJsonObject, type JsonObject } from '../../../shared/json/json-object';
import { listOf, recordOf, textOf } from '../../../shared/json/lenient-json';
import type { ToolDefinition } from '../dialogue';
import { hasMcpTools, MCP_TOOLS } from '../openai-chat/request';

/** Why a request cannot be served; undefined if it can. */
export function problemIn(body: JsonObject): string | undefined {
  const { input } = body;
  if (input !== undefined && typeof input !== 'string' && !Array.isArray(input))
    return 'input must be a text or a list';
  if (body['background'] === true) return 'background is not supported: the agent answers the request itself';
  if (hasMcpTools(body['tools'])) return MCP_TOOLS;
  if (listOf(input).some((item) => recordOf(item)['type'] === 'mcp_approval_response'))
    return 'mcp_approval_response is not supported: this gateway asks for no approvals';
  return undefined;
}

/** The names of the functions and custom tools that the client answers itself. */
export const toolNames = (tools: unknown): ReadonlySet<string> =>
  new Set(listOf(tools).flatMap((tool) => textOf(recordOf(tool)['name']) ?? []));

/** A tool in the format of the responses API. */
export const responsesTool = ({ name, description, schema }: ToolDefinition): JsonObject => ({
  type: 'function',
  name,
  description,
  parameters: schema,
  strict: false,
});

/**
 * The input as a list of plain history. Calls of an earlier answer of this gateway become calls of functions with their
 * outputs.
 */
export function plainInput(input: unknown): JsonObject[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  return listOf(input).filter(isJsonObject).flatMap(plainItem);
}

function plainItem(item: JsonObject): JsonObject[] {
  if (item['type'] !== 'mcp_call') return [item];
  const { id, name, arguments: args, output, error } = item;
  const text = textOf(output) ?? (error === null || error === undefined ? '' : JSON.stringify(error));
  return [
    { type: 'function_call', call_id: id, name, arguments: args },
    { type: 'function_call_output', call_id: id, output: text },
  ];
}
