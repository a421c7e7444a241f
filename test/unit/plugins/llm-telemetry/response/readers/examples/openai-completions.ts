import { sse } from '../../../../../../support/exchange';
import type { Example } from './example';

/** With the embeddings, which have the same words for usage. */
export const OPENAI_COMPLETIONS: readonly Example[] = [
  {
    name: 'OpenAI completions, streamed: zeroes of usage on each record mean nothing',
    api: 'openai_completions',
    framing: 'sse',
    body: sse(
      {
        id: 'cmpl-1',
        model: 'm',
        choices: [{ text: 'a', finish_reason: null }],
        usage: { prompt_tokens: 0, completion_tokens: 0 },
      },
      {
        id: 'cmpl-1',
        model: 'm',
        choices: [{ text: 'b', finish_reason: 'stop' }],
        usage: { prompt_tokens: 0, completion_tokens: 0 },
      },
      { id: 'cmpl-1', model: 'm', choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } },
      '[DONE]',
    ),
    says: { inputTokens: 3, outputTokens: 2, text: 'ab', finishReasons: ['stop'], terminal: true },
  },
  {
    name: 'OpenAI completions, streamed, zeroes only',
    api: 'openai_completions',
    framing: 'sse',
    body: sse(
      {
        model: 'm',
        choices: [{ text: 'a', finish_reason: 'stop' }],
        usage: { prompt_tokens: 0, completion_tokens: 0 },
      },
      '[DONE]',
    ),
    says: { inputTokens: undefined, outputTokens: undefined, terminal: true },
  },
  {
    name: 'OpenAI embeddings',
    api: 'openai_embeddings',
    framing: 'document',
    body: JSON.stringify({
      object: 'list',
      data: [{ embedding: [1, 2] }],
      model: 'e',
      usage: { prompt_tokens: 7, total_tokens: 7 },
    }),
    says: { model: 'e', inputTokens: 7, outputTokens: undefined, terminal: true },
  },
];
