import { ndjson, sse } from '../../../support/exchange';
import { delta, expectSpan, messages, type Exchange } from './run-llm-telemetry';

describe('the span of', () => {
  it.each<[string, Exchange, string, object]>([
    [
      'OpenAI chat that ended before [DONE]',
      {
        path: '/v1/chat/completions',
        contentType: 'text/event-stream',
        request: { stream: true },
        response: sse(delta('Hel')),
      },
      'ollama.chat_streaming',
      { 'error.type': 'stream_truncated', 'gen_ai.response.finish_reasons': ['error'] },
    ],
    [
      'a model that is not there',
      {
        status: 404,
        contentType: 'application/json',
        request: { model: 'x', messages },
        response: { error: "model 'x' not found" },
      },
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
        contentType: 'application/json',
        request: { model: 'm', messages },
        response: { message: 'Bad Gateway' },
      },
      'ollama.chat_streaming',
      { 'error.type': 'upstream_unreachable' },
    ],
    [
      'an upstream that timed out',
      { status: 504, source: 'kong', contentType: 'application/json', request: { model: 'm', messages } },
      'ollama.chat_streaming',
      { 'error.type': 'timeout' },
    ],
    [
      'a client that left before the response',
      { status: 499, contentType: '', request: { model: 'm', messages } },
      'ollama.chat_streaming',
      { 'error.type': 'client_disconnect' },
    ],
  ])('%s', async (_name, exchange, name, expected) => {
    await expectSpan(exchange, name, expected);
  });
});
