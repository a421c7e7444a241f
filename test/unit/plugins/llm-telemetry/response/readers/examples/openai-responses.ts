import { sse } from '../../../../../../support/exchange';
import type { Example } from './example';

export const OPENAI_RESPONSES: readonly Example[] = [
  {
    name: 'OpenAI responses, streamed',
    api: 'openai_responses',
    framing: 'sse',
    body: sse(
      { type: 'response.created', response: { id: 'resp_1', model: 'm', status: 'in_progress' } },
      { type: 'response.reasoning_summary_text.delta', delta: 'Hm' },
      { type: 'response.output_text.delta', delta: 'Hel' },
      { type: 'response.output_text.delta', delta: 'lo' },
      {
        type: 'response.output_item.done',
        item: { type: 'message', content: [{ type: 'output_text', text: 'Hello' }] },
      },
      { type: 'response.output_item.done', item: { type: 'function_call', name: 'f', call_id: 'c1', arguments: '{}' } },
      {
        type: 'response.completed',
        response: {
          id: 'resp_1',
          model: 'm',
          status: 'completed',
          usage: { input_tokens: 31, output_tokens: 12, total_tokens: 43 },
        },
      },
    ),
    says: {
      id: 'resp_1',
      model: 'm',
      inputTokens: 31,
      outputTokens: 12,
      finishReasons: ['completed'],
      toolCalls: [{ id: 'c1', name: 'f', arguments: '{}' }],
      text: 'Hello',
      thinking: 'Hm',
      terminal: true,
    },
  },
  {
    name: 'OpenAI responses, failed in mid-stream',
    api: 'openai_responses',
    framing: 'sse',
    body: sse({
      type: 'response.failed',
      response: { id: 'r', status: 'failed', error: { code: 'server_error', message: 'boom' } },
    }),
    says: { error: { message: 'boom' }, finishReasons: [], terminal: true },
  },
  {
    name: 'OpenAI responses, not streamed',
    api: 'openai_responses',
    framing: 'document',
    body: JSON.stringify({
      id: 'resp_2',
      model: 'm',
      status: 'completed',
      output: [
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm' }] },
        { type: 'message', content: [{ type: 'output_text', text: 'Hi' }] },
        { type: 'function_call', name: 'f', call_id: 'c1', arguments: '{}' },
      ],
      usage: { input_tokens: 2, output_tokens: 1 },
    }),
    says: { inputTokens: 2, outputTokens: 1, text: 'Hi', thinking: 'Hm', toolCallCount: 1, terminal: true },
  },
];
