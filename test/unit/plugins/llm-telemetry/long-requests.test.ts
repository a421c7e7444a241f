import { gzipSync } from 'node:zlib';
import { captureFromShared } from '../../../../plugins/shared/captured-body/capture';
import { sse } from '../../../support/exchange';
import { delta, expectSpan, messages, spanOfExchange, type Exchange } from './run-llm-telemetry';

const model = 'gen_ai.request.model';
const temperature = 'gen_ai.request.temperature';
const long = (length: number) => [{ role: 'user', content: 'x", "model": "no'.repeat(length / 16) }];
const chat: Exchange = {
  path: '/v1/chat/completions',
  contentType: 'text/event-stream',
  response: sse(delta('Hi', 'stop'), '[DONE]'),
};
const parameters = { model: 'm-large', stream: true, temperature: 0.5, tools: [{ type: 'function' }] };

describe('a request longer than the captured head', () => {
  it.each<[string, Exchange, object]>([
    [
      'has its model after its messages',
      { request: { messages: long(100_000), ...parameters } },
      { [model]: 'm-large' },
    ],
    [
      'has its model before its messages',
      { request: { ...parameters, messages: long(100_000) } },
      { [model]: 'm-large' },
    ],
    [
      'has parameters at both ends',
      { request: { temperature: 0.5, messages: long(100_000), tools: [{}, {}], model: 'm-large', stream: true } },
      { [model]: 'm-large', [temperature]: 0.5, 'llm.tool_count': 2, 'llm.message_count': undefined },
    ],
    [
      'is a little longer',
      { request: { messages: long(40_000), ...parameters } },
      { [model]: 'm-large', 'llm.message_count': 1 },
    ],
    [
      'has texts that look like members',
      { request: { messages: [{ content: '","model":"no","stream":true,"x":"'.repeat(3000) }], ...parameters } },
      { [model]: 'm-large' },
    ],
    [
      'has texts full of escapes',
      { request: { messages: [{ content: '\\"{[,'.repeat(20_000) }], ...parameters } },
      { [model]: 'm-large' },
    ],
    [
      'has other than ASCII',
      { request: { messages: [{ content: '☀é'.repeat(20_000) }], ...parameters } },
      { [model]: 'm-large' },
    ],
    [
      'starts with a byte order mark',
      { request: `\ufeff${JSON.stringify({ messages: long(100_000), ...parameters })}` },
      { [model]: 'm-large' },
    ],
    [
      'is written over many lines',
      { request: JSON.stringify({ messages: long(100_000), ...parameters }, null, 2) },
      { [model]: 'm-large' },
    ],
    [
      'is that of the responses API',
      { path: '/v1/responses', request: { input: long(100_000), instructions: 'x', model: 'm-large' } },
      { [model]: 'm-large' },
    ],
  ])('%s', async (_name, exchange, expected) => {
    await expectSpan({ ...chat, ...exchange }, 'ollama.chat_streaming', expected);
  });

  it('has a message count if it was kept completely, and none if its middle is missing', async () => {
    const count = async (length: number) =>
      (await spanOfExchange({ ...chat, request: { messages: [{ content: 'x'.repeat(length) }], ...parameters } }))
        .attributes['llm.message_count'];
    expect([await count(64_000), await count(66_000)]).toEqual([1, undefined]);
  });

  it('is read from its head if no tail was captured', () => {
    const request = Buffer.from('{"model":"m","messages":[').toString('base64');
    expect(captureFromShared({ request, request_bytes: 99_999 })!.request).toMatchObject({
      tail: Buffer.of(),
      totalBytes: 99_999,
    });
  });

  it('is read up to the gap if it is compressed', async () => {
    // Numbers compress badly: more than the head is left.
    const input = Array.from({ length: 60_000 }, (_, n) => Math.sin(n));
    const request = gzipSync(JSON.stringify({ model: 'm', input, stream: true }));
    expect(request.length).toBeGreaterThan(100_000);
    const requestHeaders = { 'content-encoding': 'gzip' };
    const { attributes } = await spanOfExchange({ ...chat, path: '/v1/responses', request, requestHeaders });
    expect(attributes[model]).toBe('m');
  });
});

describe('the model of a request', () => {
  it.each<[string, Exchange, string | undefined]>([
    [
      'is that of the path where the body names none',
      { path: '/openai/deployments/gpt-4o/chat/completions', request: { messages } },
      'gpt-4o',
    ],
    [
      'is that of the body',
      { path: '/openai/deployments/gpt-4o/chat/completions', request: { model: 'mine', messages } },
      'mine',
    ],
    ['is decoded', { path: '/openai/deployments/my%20gpt/chat/completions', request: { messages } }, 'my gpt'],
    [
      'is taken as it is where it cannot be decoded',
      { path: '/openai/deployments/%ff%zz/chat/completions', request: { messages } },
      '%ff%zz',
    ],
    [
      'is that of the service’s own path',
      {
        path: '/openai/deployments/gpt-4o/chat/completions',
        service: { name: 's', path: '/openai/deployments/gpt-4o' },
        request: { messages },
      },
      'gpt-4o',
    ],
    ['is that of an engine', { path: '/v1/engines/davinci/completions', request: { prompt: 'x' } }, 'davinci'],
    ['is not known where nothing names it', { path: '/v1/chat/completions', request: { messages } }, undefined],
  ])('%s', async (_name, exchange, expected) => {
    const { attributes } = await spanOfExchange({ ...chat, ...exchange });
    expect(attributes[model]).toBe(expected);
  });
});
