import type { Attributes } from '@opentelemetry/api';
import { parseJson } from '../../../shared/json/lenient-json';
import { GEN_AI } from '../../../shared/telemetry/spans/semconv';
import type { Content } from './clipped';
import type { Message } from './messages';

/** Content in the attributes of the GenAI conventions: JSON texts of messages with parts. */
export function otelContent({ input, output, toolDefinitions }: Content, finishReason: string | undefined): Attributes {
  const system = input.filter(({ role }) => role === 'system' || role === 'developer');
  const others = input.filter((message) => !system.includes(message));
  const thinking = output.thinking === '' ? [] : [{ type: 'reasoning', content: output.thinking }];
  return {
    ...(system.length > 0 && { [GEN_AI.systemInstructions]: JSON.stringify(system.flatMap(partsOf)) }),
    [GEN_AI.inputMessages]: JSON.stringify(
      others.map((message) => ({ role: roleOf(message), parts: partsOf(message) })),
    ),
    [GEN_AI.outputMessages]: JSON.stringify([
      // A consumer that validates the schema discards all of it if the reason is missing or unknown.
      { role: 'assistant', parts: [...thinking, ...partsOf(output)], finish_reason: reasonOf(finishReason) },
    ]),
    ...(toolDefinitions.length > 0 && {
      [GEN_AI.toolDefinitions]: `[${toolDefinitions.filter((text) => parseJson(text) !== undefined).join(',')}]`,
    }),
  };
}

const ROLES = new Set(['system', 'user', 'assistant', 'tool']);
const roleOf = ({ role }: Message): string => (ROLES.has(role) ? role : 'user');

function partsOf(message: Message): object[] {
  const { text, toolCalls, toolCallId } = message;
  const calls = toolCalls.map(({ id, name, arguments: json }) => ({
    type: 'tool_call',
    ...(id !== undefined && { id }),
    name,
    ...(json !== undefined && { arguments: parseJson(json) ?? json }),
  }));
  if (roleOf(message) === 'tool') {
    return [{ type: 'tool_call_response', ...(toolCallId !== undefined && { id: toolCallId }), response: text }];
  }
  return text === '' ? calls : [{ type: 'text', content: text }, ...calls];
}

const REASONS: Readonly<Record<string, string>> = {
  stop: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  completed: 'stop',
  length: 'length',
  max_tokens: 'length',
  incomplete: 'length',
  tool_calls: 'tool_call',
  tool_use: 'tool_call',
  content_filter: 'content_filter',
  refusal: 'content_filter',
  error: 'error',
};

const reasonOf = (reason = 'stop'): string => (Object.hasOwn(REASONS, reason) ? (REASONS[reason] ?? 'stop') : 'stop');
