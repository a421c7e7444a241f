import { sse } from '../../../../../../support/exchange';
import type { Example } from './example';

export const ANTHROPIC_MESSAGES: readonly Example[] = [
  {
    name: 'Anthropic messages, streamed: the estimate at the start is not the truth',
    api: 'anthropic_messages',
    framing: 'sse',
    body: sse(
      { type: 'message_start', message: { id: 'msg_1', model: 'm', usage: { input_tokens: 40, output_tokens: 0 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'ping' },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
      {
        type: 'content_block_start',
        index: 1,
        content_block: { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} },
      },
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"a":' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '1}' } },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { input_tokens: 57, output_tokens: 22 } },
      { type: 'message_stop' },
    ),
    says: {
      id: 'msg_1',
      model: 'm',
      inputTokens: 57,
      outputTokens: 22,
      finishReasons: ['tool_use'],
      toolCalls: [{ id: 'toolu_1', name: 'f', arguments: '{"a":1}' }],
      text: 'Hello',
      terminal: true,
    },
  },
  {
    name: 'Anthropic messages, not streamed, with cached input',
    api: 'anthropic_messages',
    framing: 'document',
    body: JSON.stringify({
      id: 'msg_2',
      model: 'm',
      content: [
        { type: 'text', text: 'Hi' },
        { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } },
      ],
      stop_reason: 'end_turn',
      usage: { input_tokens: 10, cache_read_input_tokens: 100, cache_creation_input_tokens: 5, output_tokens: 3 },
    }),
    says: { inputTokens: 115, outputTokens: 3, finishReasons: ['end_turn'], toolCallCount: 1, text: 'Hi' },
  },
  {
    name: 'Anthropic messages, overloaded in mid-stream',
    api: 'anthropic_messages',
    framing: 'sse',
    body: sse({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
    says: { error: { type: 'overloaded_error', message: 'Overloaded' }, terminal: false },
  },
];
