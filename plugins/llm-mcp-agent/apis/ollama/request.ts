import type { JsonObject } from '../../../shared/json/json-object';
import { isJsonObject, without } from '../../../shared/json/json-object';
import { listOf, recordOf, textOf } from '../../../shared/json/lenient-json';
import type { ToolDefinition } from '../dialogue';

/** The names of functions in a list of tools, as Ollama and OpenAI define them. */
export const functionNames = (tools: unknown): ReadonlySet<string> =>
  new Set(listOf(tools).flatMap((tool) => textOf(recordOf(recordOf(tool)['function'])['name']) ?? []));

/** A tool in the format of Ollama and OpenAI. */
export const functionTool = ({ name, description, schema }: ToolDefinition): JsonObject => ({
  type: 'function',
  function: { name, description, parameters: schema },
});

/** The messages of a request, without the member that this gateway adds to its answers. */
export const messagesOf = (messages: unknown): JsonObject[] =>
  listOf(messages)
    .filter(isJsonObject)
    .map((message) => without(message, 'agent'));
