import { isJsonObject, type JsonObject } from '../../../shared/json/json-object';
import { listOf, recordOf, textOf } from '../../../shared/json/lenient-json';
import type { ToolDefinition } from '../dialogue';
import { hasMcpTools, MCP_TOOLS } from '../openai-chat/request';

/** Why a request cannot be served; undefined if it can. */
export function problemIn(body: JsonObject): string | undefined {
  if (!Array.isArray(body['messages'])) return 'messages must be a list';
  if (listOf(body['mcp_servers']).length > 0 || hasMcpTools(body['tools'])) return MCP_TOOLS;
  return undefined;
}

/** The names of all tools in a list, also of those that the provider runs. */
export const toolNames = (tools: unknown): ReadonlySet<string> =>
  new Set(listOf(tools).flatMap((tool) => textOf(recordOf(tool)['name']) ?? []));

/** A tool in Anthropic's format. */
export const anthropicTool = ({ name, description, schema }: ToolDefinition): JsonObject => ({
  name,
  description,
  input_schema: { type: 'object', ...schema },
});

/** The `tool_choice` of a round; see `toolChoiceOf` of OpenAI's chat. */
export function choiceOf(choice: unknown, round: number, isLast: boolean): unknown {
  if (isLast) return { type: 'none' };
  if (round === 1 || !isJsonObject(choice) || choice['type'] === 'none') return choice;
  const { disable_parallel_tool_use: disabled } = choice;
  return { type: 'auto', ...(disabled !== undefined && { disable_parallel_tool_use: disabled }) };
}

/**
 * The messages of a request as plain history. An earlier answer of this gateway contains calls and their results in one
 * message; the model wants calls in messages of the assistant and results in messages of the user.
 */
export const plainMessages = (messages: unknown): JsonObject[] =>
  listOf(messages)
    .filter(isJsonObject)
    .flatMap((message) => (message['role'] === 'assistant' ? splitMessage(message) : [message]));

function splitMessage(message: JsonObject): JsonObject[] {
  const blocks = listOf(message['content']).filter(isJsonObject);
  const answered = new Set(blocks.filter((block) => block['type'] === RESULT).map((block) => block['tool_use_id']));
  if (!blocks.some(({ type }) => type === CALL || type === RESULT)) return [message];
  const called = new Set<unknown>();
  const split: { role: string; content: JsonObject[] }[] = [];
  const put = (role: string, block: JsonObject): void => {
    const last = split.at(-1);
    if (last?.role === role) last.content.push(block);
    else split.push({ role, content: [block] });
  };
  for (const block of blocks) {
    const { type, id, name, input, tool_use_id: of, content, is_error: isError } = block;
    if (type === CALL) {
      // A call without a result was interrupted: the model would wait for it.
      if (!answered.has(id)) continue;
      called.add(id);
      put('assistant', { type: 'tool_use', id, name, input });
    } else if (type === RESULT) {
      if (called.delete(of)) put('user', { type: 'tool_result', tool_use_id: of, content, is_error: isError === true });
    } else put('assistant', block);
  }
  return split;
}

/** The blocks of Anthropic's own MCP connector, which show the calls of the gateway. */
export const CALL = 'mcp_tool_use';
export const RESULT = 'mcp_tool_result';

/** The gateway's servers whose calls are in an earlier answer. */
export const serversIn = (messages: unknown): ReadonlySet<string> =>
  new Set(
    listOf(messages)
      .flatMap((message) => listOf(recordOf(message)['content']))
      .flatMap((block) => (recordOf(block)['type'] === CALL ? (textOf(recordOf(block)['server_name']) ?? []) : [])),
  );
