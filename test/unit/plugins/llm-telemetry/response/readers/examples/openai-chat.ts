import { sse } from '../../../../../../support/exchange';
import type { Example } from './example';

const toolCall = {
  id: 'call_1',
  index: 0,
  type: 'function',
  function: { name: 'get_weather', arguments: '{"city":' },
};

const openaiChunk = (delta: object, finish_reason: string | null = null) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  model: 'llama3.2',
  choices: [{ index: 0, delta, finish_reason }],
});

export const OPENAI_CHAT: readonly Example[] = [
  {
    name: 'OpenAI chat, streamed, with usage in the record without choices',
    api: 'openai_chat',
    framing: 'sse',
    body: sse(
      openaiChunk({ role: 'assistant', content: 'Hel', reasoning: 'Hm' }),
      openaiChunk({ content: 'lo' }),
      openaiChunk({ tool_calls: [toolCall] }),
      openaiChunk({ tool_calls: [{ index: 0, function: { arguments: '"Paris"}' } }] }),
      openaiChunk({}, 'tool_calls'),
      {
        id: 'chatcmpl-1',
        model: 'llama3.2',
        choices: [],
        usage: { prompt_tokens: 26, completion_tokens: 9, total_tokens: 35 },
      },
      '[DONE]',
    ),
    says: {
      id: 'chatcmpl-1',
      model: 'llama3.2',
      inputTokens: 26,
      outputTokens: 9,
      finishReasons: ['tool_calls'],
      toolCallCount: 1,
      toolCalls: [{ id: 'call_1', name: 'get_weather', arguments: '{"city":"Paris"}' }],
      text: 'Hello',
      textLength: 5,
      thinking: 'Hm',
      terminal: true,
    },
  },
  {
    name: 'OpenAI chat, streamed, without usage',
    api: 'openai_chat',
    framing: 'sse',
    body: sse(openaiChunk({ content: 'Hel' }), openaiChunk({}, 'stop'), '[DONE]'),
    says: { inputTokens: undefined, outputTokens: undefined, finishReasons: ['stop'], terminal: true },
  },
  {
    name: 'OpenAI chat, a stream that ends before [DONE]',
    api: 'openai_chat',
    framing: 'sse',
    body: sse(openaiChunk({ content: 'Hel' }), { model: '', choices: [{ index: 0, delta: { content: '' } }] }),
    says: { finishReasons: [], terminal: false, text: 'Hel' },
  },
  {
    name: 'OpenAI chat, not streamed',
    api: 'openai_chat',
    framing: 'document',
    body: JSON.stringify({
      id: 'chatcmpl-2',
      model: 'gpt-x',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hi', tool_calls: [{ ...toolCall, index: undefined }] },
          finish_reason: 'stop',
        },
        { index: 1, message: { role: 'assistant', content: 'Yo' }, finish_reason: 'length' },
      ],
      usage: { prompt_tokens: 5, completion_tokens: 4, total_tokens: 9 },
    }),
    says: {
      inputTokens: 5,
      outputTokens: 4,
      finishReasons: ['stop', 'length'],
      toolCallCount: 1,
      textLength: 4,
      terminal: true,
    },
  },
];
