import { sessionHashOf } from '../../../../plugins/shared/mcp/session-hash';
import { ndjson, sse } from '../../../support/exchange';
import { delta, expectSpan, messages, spanOfExchange, type Exchange } from './run-llm-telemetry';

const CHAT = sessionHashOf(undefined, {})('chat-9');

/** The worked examples of the contract, call by call. */
describe('the span of', () => {
  it.each<[string, Exchange, string, object]>([
    [
      'generate, not streamed, cut off by its length',
      {
        path: '/api/generate',
        contentType: 'application/json',
        request: { model: 'm', prompt: 'hi', stream: false },
        response: {
          model: 'm',
          response: 'Hi',
          done: true,
          done_reason: 'length',
          prompt_eval_count: 11,
          eval_count: 18,
        },
      },
      'ollama.generate',
      {
        'gen_ai.operation.name': 'text_completion',
        'gen_ai.usage.input_tokens': 11,
        'gen_ai.usage.output_tokens': 18,
        'gen_ai.response.finish_reasons': ['length'],
        'llm.message_count': 1,
        'llm.response_length': 2,
        'gen_ai.response.time_to_first_chunk': undefined,
        'gen_ai.request.stream': undefined,
      },
    ],
    [
      'embed',
      {
        path: '/api/embed',
        contentType: 'application/json',
        request: { model: 'e', input: ['a', 'b'] },
        response: { model: 'e', embeddings: [[1], [2]], prompt_eval_count: 8 },
      },
      'ollama.embed',
      {
        'openinference.span.kind': 'EMBEDDING',
        'embedding.model_name': 'e',
        'llm.model_name': undefined,
        'llm.system': undefined,
        'llm.provider': undefined,
        'gen_ai.usage.input_tokens': 8,
        'gen_ai.usage.output_tokens': undefined,
        'llm.token_count.total': 8,
        'gen_ai.response.finish_reasons': undefined,
      },
    ],
    [
      'embeddings, which count nothing',
      {
        path: '/api/embeddings',
        contentType: 'application/json',
        request: { model: 'e', prompt: 'a' },
        response: { embedding: [1] },
      },
      'ollama.embed',
      { 'gen_ai.usage.input_tokens': undefined, 'llm.token_count.total': undefined, 'error.type': undefined },
    ],
    [
      'OpenAI chat, streamed, without usage',
      {
        path: '/v1/chat/completions',
        contentType: 'text/event-stream',
        request: { model: 'm', stream: true, messages },
        response: sse(delta('Hel'), delta('', 'stop'), '[DONE]'),
      },
      'ollama.chat_streaming',
      {
        'gen_ai.usage.input_tokens': undefined,
        'gen_ai.usage.output_tokens': undefined,
        'llm.token_count.total': undefined,
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.response.id': 'c',
        'error.type': undefined,
      },
    ],
    [
      'chat with tools, not streamed',
      {
        contentType: 'application/json',
        request: { model: 'm', stream: false, messages, tools: [{}, {}] },
        response: { message: { content: 'x' }, done: true, done_reason: 'stop' },
      },
      'ollama.chat_with_tools',
      { 'llm.tool_count': 2, 'llm.operation': 'chat_with_tools', 'llm.tool_calls_count': 0 },
    ],
    [
      'a call with parameters',
      {
        request: {
          model: 'm',
          messages,
          format: 'json',
          think: 'high',
          options: { temperature: 0.5, top_k: 40, seed: 7, num_predict: 99, stop: ['\n'], num_ctx: 4096, secret: 'x' },
        },
        response: ndjson({ message: {}, done: true }),
      },
      'ollama.chat_streaming',
      {
        'gen_ai.request.temperature': 0.5,
        'gen_ai.request.top_k': 40,
        'gen_ai.request.seed': 7,
        'gen_ai.request.max_tokens': 99,
        'gen_ai.request.stop_sequences': ['\n'],
        'gen_ai.request.reasoning.level': 'high',
        'gen_ai.output.type': 'json',
        'llm.invocation_parameters':
          '{"temperature":0.5,"top_k":40,"seed":7,"max_tokens":99,"num_ctx":4096,"stop_sequences":["\\n"],"reasoning_level":"high"}',
      },
    ],
    [
      'a session and a user',
      {
        requestHeaders: { 'x-session-id': 'chat-9' },
        consumer: { id: 'c-1', username: 'ada' },
        request: { model: 'm', messages },
        response: ndjson({ done: true }),
      },
      'ollama.chat_streaming',
      { 'session.id': CHAT, 'gen_ai.conversation.id': CHAT, 'user.id': 'c-1' },
    ],
  ])('%s', async (_name, exchange, name, expected) => {
    await expectSpan(exchange, name, expected);
  });
});

describe('names and aliases', () => {
  const exchange = { request: { model: 'llama3.2', messages }, response: ndjson({ done: true, eval_count: 1 }) };

  it('can follow the conventions', async () => {
    expect((await spanOfExchange(exchange, { span_name_style: 'otel' })).name).toBe('chat llama3.2');
  });

  it('can omit the legacy attributes', async () => {
    const { attributes } = await spanOfExchange(exchange, { guide_attributes: false });
    expect(Object.keys(attributes).filter((key) => /^llm\.(vendor|model|tokens|operation|duration)/.test(key))).toEqual(
      ['llm.model_name'],
    );
  });

  it('cuts long values from clients', async () => {
    const { attributes } = await spanOfExchange({ ...exchange, request: { model: 'x'.repeat(20_000), messages } });
    for (const value of Object.values(attributes)) expect(String(value).length).toBeLessThanOrEqual(2048);
  });

  it('removes secrets from error messages, and cuts them', async () => {
    const error = `no: Bearer abcdefghijklmnop ${'x'.repeat(500)}`;
    const span = await spanOfExchange({
      ...exchange,
      status: 400,
      contentType: 'application/json',
      response: { error },
    });
    expect(span.error).toMatch(/^no: __REDACTED__ x+$/);
    expect(span.error).toHaveLength(200);
  });
});
