import type { ApiName } from '../../../../../plugins/llm-telemetry/apis';
import type { Framing } from '../../../../../plugins/llm-telemetry/readers/reader';
import type { Reply } from '../../../../../plugins/llm-telemetry/readers/reply';
import { ndjson, sse } from '../../../../support/exchange';

/** An answer in the words of its API, written after the sources and documents of the servers, and what it says. */
export interface Example {
  readonly name: string;
  readonly api: ApiName;
  readonly framing: Framing;
  readonly body: string;
  readonly says: { readonly [K in keyof Reply]?: Reply[K] | undefined };
}

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

export const EXAMPLES: readonly Example[] = [
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
