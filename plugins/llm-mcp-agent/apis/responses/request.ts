import type { JsonObject } from '../../../shared/json/json-object';
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
