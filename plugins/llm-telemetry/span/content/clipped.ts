import { stringify } from '../../../shared/json/lenient-json';
import { REDACTED } from '../../../shared/telemetry/redaction/redact';
import type { LlmCall } from '../../call';
import type { ToolCall } from '../../response/tool-calls/tool-calls';
import type { Clip } from './clip';
import { inputMessagesOf, toolDefinitionsOf, type Message } from './messages';

/** The config fields that enable content. */
export interface ContentOptions {
  readonly capture_content: 'none' | 'preview' | 'full';
  readonly capture_tool_args: boolean;
  readonly capture_tool_defs: boolean;
  readonly capture_thinking: boolean;
  readonly hide_tool_names: boolean;
  readonly content_format: 'openinference' | 'otel' | 'both';
}

/** The content of a call, redacted and cut: ready for the attributes of any convention. */
export interface Content {
  readonly input: readonly Message[];
  readonly output: Message & { readonly thinking: string };
  /** JSON texts. */
  readonly toolDefinitions: readonly string[];
}

/** The content of a call. Content that is not enabled is absent, or replaced by `__REDACTED__`. */
export function clippedContent({ api, request, response }: LlmCall, options: ContentOptions, clip: Clip): Content {
  const redacted = (message: Message): Message => ({
    ...message,
    role: message.role.slice(0, 64),
    text: clip.text(message.text),
    toolCalls: clip.lastOf(message.toolCalls).map((call) => redactedCall(call, options, clip)),
    ...(message.name !== undefined && { name: toolName(message.name, options) }),
  });
  const input = request.body ? inputMessagesOf(api.name, request.body) : [];
  const definitions = options.capture_tool_defs && request.body ? toolDefinitionsOf(request.body) : [];
  const output = { role: 'assistant', text: response?.text ?? '', toolCalls: response?.toolCalls ?? [] };
  // The response first: if there is not enough room, the oldest messages are cut.
  const redactedOutput = {
    ...redacted(output),
    thinking: options.capture_thinking ? clip.text(response?.thinking ?? '') : '',
  };
  const newestFirst = clip.lastOf(input).toReversed().map(redacted);
  return {
    output: redactedOutput,
    input: newestFirst.toReversed(),
    toolDefinitions: clip.lastOf(definitions).map((definition) => clip.text(stringify(definition) ?? '')),
  };
}

function redactedCall({ id, name, arguments: json }: ToolCall, options: ContentOptions, clip: Clip): ToolCall {
  return {
    name: toolName(name, options),
    ...(id !== undefined && { id: id.slice(0, 256) }),
    ...(json !== undefined && { arguments: options.capture_tool_args ? clip.text(json) : REDACTED }),
  };
}

const toolName = (name: string, { hide_tool_names }: ContentOptions): string =>
  hide_tool_names ? REDACTED : name.slice(0, 256);
