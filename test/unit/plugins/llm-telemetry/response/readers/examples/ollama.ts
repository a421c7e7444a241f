import { ndjson } from '../../../../../../support/exchange';
import type { Example } from './example';

const chatEnd = {
  model: 'llama3.2',
  created_at: '2026-08-21T10:00:01.5Z',
  message: { role: 'assistant', content: '' },
  done: true,
  done_reason: 'stop',
  total_duration: 1_810_000_000,
  load_duration: 1_200_000_000,
  prompt_eval_count: 169,
  prompt_eval_duration: 300_000_000,
  eval_count: 15,
  eval_duration: 280_000_000,
};

const generateDocument = {
  model: 'qwen3:0.6b',
  response: 'Hi',
  thinking: 'A greeting.',
  done: true,
  done_reason: 'length',
  context: [1, 2, 3],
  prompt_eval_count: 11,
  eval_count: 18,
};

export const OLLAMA: readonly Example[] = [
  {
    name: 'Ollama chat, streamed, tool call before the last record',
    api: 'ollama_chat',
    framing: 'ndjson',
    body: ndjson(
      { model: 'llama3.2', message: { role: 'assistant', content: 'Let me ', thinking: 'Hm' }, done: false },
      { model: 'llama3.2', message: { role: 'assistant', content: 'see: é☂' }, done: false },
      {
        model: 'llama3.2',
        message: {
          content: '',
          tool_calls: [{ id: 'call_a', function: { name: 'get_weather', arguments: { c: 'P' } } }],
        },
        done: false,
      },
      chatEnd,
    ),
    says: {
      model: 'llama3.2',
      inputTokens: 169,
      outputTokens: 15,
      finishReasons: ['stop'],
      toolCallCount: 1,
      toolCalls: [{ id: 'call_a', name: 'get_weather', arguments: '{"c":"P"}' }],
      text: 'Let me see: é☂',
      textLength: 14,
      textChunks: 2,
      thinking: 'Hm',
      timings: { totalMs: 1810, loadMs: 1200, promptEvalMs: 300, evalMs: 280 },
      terminal: true,
      parseErrors: 0,
    },
  },
  {
    name: 'Ollama chat, error in mid-stream',
    api: 'ollama_chat',
    framing: 'ndjson',
    body: ndjson(
      { model: 'm', message: { content: 'Hel' }, done: false },
      { error: 'llama runner process has terminated' },
    ),
    says: { error: { message: 'llama runner process has terminated' }, terminal: false, text: 'Hel' },
  },
  {
    name: 'Ollama generate, not streamed',
    api: 'ollama_generate',
    framing: 'document',
    body: JSON.stringify(generateDocument),
    says: {
      model: 'qwen3:0.6b',
      inputTokens: 11,
      outputTokens: 18,
      finishReasons: ['length'],
      text: 'Hi',
      textLength: 2,
      thinking: 'A greeting.',
      terminal: true,
      partial: false,
    },
  },
  {
    name: 'Ollama generate, streamed, without counts',
    api: 'ollama_generate',
    framing: 'ndjson',
    body: ndjson(
      { model: 'm', response: 'a', done: false },
      { model: 'm', response: '', done: true, done_reason: 'stop' },
    ),
    says: { inputTokens: undefined, outputTokens: undefined, finishReasons: ['stop'], terminal: true },
  },
  {
    name: 'Ollama embed',
    api: 'ollama_embed',
    framing: 'document',
    body: JSON.stringify({
      model: 'all-minilm',
      embeddings: [
        [0.1, -2e-5],
        [1, 2],
      ],
      total_duration: 14e6,
      prompt_eval_count: 8,
    }),
    says: { model: 'all-minilm', inputTokens: 8, outputTokens: undefined, timings: { totalMs: 14 }, terminal: true },
  },
  {
    name: 'Ollama embeddings, which counts nothing',
    api: 'ollama_embeddings',
    framing: 'document',
    body: JSON.stringify({ embedding: [0.1, 0.2] }),
    says: { inputTokens: undefined, outputTokens: undefined, model: undefined, terminal: true },
  },
];
