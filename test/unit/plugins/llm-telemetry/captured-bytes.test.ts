import { gzipSync } from 'node:zlib';
import { ndjson, STARTED_AT } from '../../../support/exchange';
import { expectSpan, messages, spanOfExchange, type Exchange } from './run-llm-telemetry';

describe('the span of', () => {
  it.each<[string, Exchange, string, object]>([
    [
      'a compressed response',
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
      'a request in an unknown encoding',
      {
        requestHeaders: { 'content-encoding': 'x' },
        request: '{"model":"m"}',
        response: ndjson({ model: 'n', done: true }),
      },
      'ollama.chat_streaming',
      { 'gen_ai.request.model': undefined, 'llm.model_name': 'n' },
    ],
    [
      'a response in an unknown encoding',
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
    await expectSpan(exchange, name, expected);
  });

  it('a call that was not captured: what Kong knows', async () => {
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
