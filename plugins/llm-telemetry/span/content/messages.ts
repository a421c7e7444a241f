import { type JsonObject, isJsonObject } from '../../../shared/json/json-object';
import { listOf, recordOf, stringify, textOf } from '../../../shared/json/lenient-json';
import { REDACTED } from '../../../shared/telemetry/redaction/redact';
import type { ApiName } from '../../request/apis';
import type { ToolCall } from '../../response/tool-calls/tool-calls';

/** A message to the model, from any API. Images and audio are replaced by `__REDACTED__`. */
export interface Message {
  readonly role: string;
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  /** For the result of a tool: the id of its call, and the name of the tool. */
  readonly toolCallId?: string;
  readonly name?: string;
}

/** The messages in a request body, system instructions first. */
export function inputMessagesOf(api: ApiName, body: JsonObject): Message[] {
  const system = textOfContent(body['system'] ?? body['instructions']);
  const list = body['messages'] ?? body['input'] ?? body['prompt'];
  const messages = Array.isArray(list) && api !== 'openai_completions' ? list.map(toMessage) : [userMessage(list)];
  const images = listOf(body['images']).map(() => REDACTED);
  const first = messages[0];
  if (first && images.length > 0) messages[0] = { ...first, text: [first.text, ...images].join('\n') };
  return system === '' ? messages : [{ role: 'system', text: system, toolCalls: [] }, ...messages];
}

/** The definitions of the tools in a request. */
export const toolDefinitionsOf = (body: JsonObject): readonly unknown[] => listOf(body['tools']);

function userMessage(content: unknown): Message {
  const texts = Array.isArray(content) ? content.filter((text) => typeof text === 'string').join('\n') : content;
  return { role: 'user', text: typeof texts === 'string' ? texts : '', toolCalls: [] };
}

function toMessage(message: unknown): Message {
  if (!isJsonObject(message)) return userMessage(message);
  const id = textOf(message['tool_call_id']) ?? textOf(message['call_id']);
  const name = textOf(message['tool_name']) ?? textOf(message['name']);
  const { type } = message;
  if (type === 'function_call') return { role: 'assistant', text: '', toolCalls: [toToolCall(message)] };
  const blocks = listOf(message['content']).filter(isJsonObject);
  const calls = [...listOf(message['tool_calls']), ...blocks.filter((block) => block['type'] === 'tool_use')];
  const images = listOf(message['images']).map(() => REDACTED);
  return {
    role: textOf(message['role']) ?? (type === 'function_call_output' ? 'tool' : 'user'),
    text: [textOfContent(message['content'] ?? message['output']), ...images].filter((text) => text !== '').join('\n'),
    toolCalls: calls.map(toToolCall),
    ...(id !== undefined && { toolCallId: id }),
    ...(name !== undefined && { name }),
  };
}

/** Content is a text, or a list of parts of which some are texts. */
function textOfContent(content: unknown): string {
  if (typeof content === 'string') return content;
  return listOf(content)
    .map((part) => {
      if (typeof part === 'string') return part;
      const { type, text, content: nested } = recordOf(part);
      if (typeof text === 'string') return text;
      if (type === 'tool_result') return textOfContent(nested);
      return type === 'tool_use' || type === 'thinking' ? '' : REDACTED;
    })
    .filter((text) => text !== '')
    .join('\n');
}

/** In the three formats: `function` of OpenAI and Ollama, `input` of Anthropic, and the item of `/v1/responses`. */
function toToolCall(call: unknown): ToolCall {
  const members = recordOf(call);
  const target = isJsonObject(members['function']) ? members['function'] : members;
  const args = target['arguments'] ?? target['input'];
  const json = typeof args === 'string' ? args : stringify(args);
  const id = textOf(members['call_id']) ?? textOf(members['id']);
  return {
    name: textOf(target['name']) ?? '',
    ...(id !== undefined && { id }),
    ...(json !== undefined && { arguments: json }),
  };
}
