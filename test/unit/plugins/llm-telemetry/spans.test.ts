import { gzipSync } from 'node:zlib';
import { ndjson, sse, STARTED_AT } from '../../../support/exchange';
import { spanOfExchange, Teller, type Exchange } from './tell';

const json = 'application/json';
const eventStream = 'text/event-stream';
const messages = [{ role: 'user', content: 'hi' }];
const delta = (content: string, finish_reason: string | null = null) => ({
  id: 'c',
  model: 'm',
  choices: [{ index: 0, delta: { content }, finish_reason }],
});

/** The worked examples of the contract, call by call. */
describe('the span of', () => {
  it.each<[string, Exchange, string, object]>([
    [
      'generate, not streamed, cut off by its length',
      {
        path: '/api/generate',
        contentType: json,
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
        contentType: json,
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
        contentType: json,
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
        contentType: eventStream,
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
      'OpenAI chat that ended before [DONE]',
      {
        path: '/v1/chat/completions',
        contentType: eventStream,
        request: { stream: true },
        response: sse(delta('Hel')),
      },
      'ollama.chat_streaming',
      { 'error.type': 'stream_truncated', 'gen_ai.response.finish_reasons': ['error'] },
    ],
    [
      'chat with tools, not streamed',
      {
        contentType: json,
        request: { model: 'm', stream: false, messages, tools: [{}, {}] },
        response: { message: { content: 'x' }, done: true, done_reason: 'stop' },
      },
      'ollama.chat_with_tools',
      { 'llm.tool_count': 2, 'llm.operation': 'chat_with_tools', 'llm.tool_calls_count': 0 },
    ],
    [
      'a model that is not there',
      { status: 404, contentType: json, request: { model: 'x', messages }, response: { error: "model 'x' not found" } },
      'ollama.chat_streaming',
      { 'error.type': '404', 'http.response.status_code': 404, 'gen_ai.response.finish_reasons': ['error'] },
    ],
    [
      'an error in mid-stream',
      { request: { model: 'm', messages }, response: ndjson({ message: { content: 'a' } }, { error: 'crashed' }) },
      'ollama.chat_streaming',
      { 'error.type': 'stream_error' },
    ],
    [
      'an upstream that was not reached',
      {
        status: 502,
        source: 'kong',
        contentType: json,
        request: { model: 'm', messages },
        response: { message: 'Bad Gateway' },
      },
      'ollama.chat_streaming',
      { 'error.type': 'upstream_unreachable' },
    ],
    [
      'an upstream that took too long',
      { status: 504, source: 'kong', contentType: json, request: { model: 'm', messages } },
      'ollama.chat_streaming',
      { 'error.type': 'timeout' },
    ],
    [
      'a client that left before the answer',
      { status: 499, contentType: '', request: { model: 'm', messages } },
      'ollama.chat_streaming',
      { 'error.type': 'client_disconnect' },
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
      { 'session.id': 'chat-9', 'gen_ai.conversation.id': 'chat-9', 'user.id': 'c-1' },
    ],
    [
      'a compressed answer',
      {
        request: { model: 'm', messages },
        responseHeaders: { 'content-encoding': 'gzip' },
        response: gzipSync(ndjson({ message: { content: 'x' } }, { done: true, eval_count: 3 })),
      },
      'ollama.chat_streaming',
      { 'gen_ai.usage.output_tokens': 3, 'error.type': undefined },
    ],
    [
      'a compressed request',
      {
        requestHeaders: { 'content-encoding': 'gzip' },
        request: gzipSync(JSON.stringify({ model: 'm', messages })),
        response: ndjson({ done: true }),
      },
      'ollama.chat_streaming',
      { 'gen_ai.request.model': 'm', 'llm.message_count': 1 },
    ],
    [
      'a request in an encoding nobody knows',
      {
        requestHeaders: { 'content-encoding': 'x' },
        request: '{"model":"m"}',
        response: ndjson({ model: 'n', done: true }),
      },
      'ollama.chat_streaming',
      { 'gen_ai.request.model': undefined, 'llm.model_name': 'n' },
    ],
    [
      'an answer in an encoding nobody knows',
      { request: { model: 'm', messages }, responseHeaders: { 'content-encoding': 'x' }, response: 'x' },
      'ollama.chat_streaming',
      { 'error.type': undefined, 'gen_ai.usage.output_tokens': undefined },
    ],
    [
      'a stream whose middle was not captured',
      {
        bound: 200,
        request: { model: 'm', messages },
        response: ndjson(
          ...Array.from({ length: 100 }, () => ({ model: 'm', message: { content: 'word ' }, done: false })),
          { model: 'm', done: true, done_reason: 'stop', prompt_eval_count: 5, eval_count: 100 },
        ),
      },
      'ollama.chat_streaming',
      {
        'gen_ai.usage.output_tokens': 100,
        'error.type': undefined,
        'kong.capture.missing_bytes': 5386,
        // Counts read from the bytes would be too low.
        'llm.response_length': undefined,
        'llm.tool_calls_count': undefined,
      },
    ],
  ])('%s', async (_name, exchange, name, expected) => {
    const span = await spanOfExchange(exchange);
    expect(span.name).toBe(name);
    const seen = Object.fromEntries(Object.keys(expected).map((key) => [key, span.attributes[key]]));
    expect(seen).toEqual(expected);
    expect(span.error === undefined).toBe(span.attributes['error.type'] === undefined);
    expect(Object.values(span.attributes)).not.toContain(undefined);
  });

  it('a call that was not captured at all: what Kong knows', async () => {
    const span = await spanOfExchange({ captured: false });
    expect(span).toMatchObject({ name: 'ollama.chat_streaming', startMs: STARTED_AT + 2, endMs: STARTED_AT + 500 });
    expect(span.attributes).toMatchObject({
      'gen_ai.response.time_to_first_chunk': 0.1,
      'http.response.status_code': 200,
    });
    expect(span.attributes).not.toHaveProperty('gen_ai.request.model');
    expect(span.attributes).not.toHaveProperty('error.type');
  });
});

describe('names and aliases', () => {
  const exchange = { request: { model: 'llama3.2', messages }, response: ndjson({ done: true, eval_count: 1 }) };

  it('can be the convention’s', async () => {
    expect((await spanOfExchange(exchange, { span_name_style: 'otel' })).name).toBe('chat llama3.2');
  });

  it('can do without the guide’s', async () => {
    const { attributes } = await spanOfExchange(exchange, { guide_attributes: false });
    expect(Object.keys(attributes).filter((key) => /^llm\.(vendor|model|tokens|operation|duration)/.test(key))).toEqual(
      ['llm.model_name'],
    );
  });

  it('cuts what clients make long', async () => {
    const { attributes } = await spanOfExchange({ ...exchange, request: { model: 'x'.repeat(20_000), messages } });
    for (const value of Object.values(attributes)) expect(String(value).length).toBeLessThanOrEqual(2048);
  });

  it('takes secrets out of error messages, and cuts them', async () => {
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

describe('no span and no metric', () => {
  it.each<[string, Exchange]>([
    [
      'for a model that is only loaded',
      { request: { model: 'm', messages: [] }, response: ndjson({ done: true, done_reason: 'load' }) },
    ],
    [
      'for a model that is only loaded by generate',
      { path: '/api/generate', request: { model: 'm' }, response: ndjson({ done: true }) },
    ],
    ['for a path that is not on the list', { path: '/api/chat/x', request: { model: 'm', messages } }],
    ['for a preflight', { method: 'OPTIONS', source: 'kong', tries: [] }],
    ['for a refusal by a plugin', { status: 429, source: 'kong', tries: [] }],
  ])('%s', async (_name, exchange) => {
    const teller = new Teller();
    await teller.tell(exchange);
    expect(teller.spans).toEqual([]);
    expect(await teller.metrics.registry.metrics()).not.toMatch(/_seconds_count/);
  });
});
