import fc from 'fast-check';
import { Headers } from '../../../../kong/pdk';
import { startCall, type RequestFacts } from '../../../../plugins/llm-telemetry/access';
import { injectStreamUsage } from '../../../../plugins/llm-telemetry/request/inject-stream-usage';
import { startedSpanFromShared } from '../../../../plugins/shared/telemetry/spans/started-span';
import { STARTED_AT } from '../../../support/exchange';
import { TestedPlugin } from './run-llm-telemetry';

const MAX = 262_144;
const bytes = (body: unknown): Buffer => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));

describe('injectStreamUsage', () => {
  it.each([
    [
      'openai_chat',
      '{"model":"m","stream":true}',
      '{"stream_options":{"include_usage":true},"model":"m","stream":true}',
    ],
    ['openai_completions', ' {\n"stream":true}', ' {"stream_options":{"include_usage":true},\n"stream":true}'],
  ] as const)('adds the option to a stream of %s and leaves every other byte', (api, before, after) => {
    expect(Buffer.from(injectStreamUsage(api, bytes(before), MAX)!).toString()).toBe(after);
  });

  it.each([
    ['openai_chat', { model: 'm' }],
    ['openai_chat', { stream: false }],
    ['openai_chat', { stream: 'true' }],
    ['openai_chat', { stream: true, stream_options: { include_usage: false } }],
    ['openai_chat', { stream: true, stream_options: null }],
    ['openai_chat', '{"stream":true,"stream_opt\\u0069ons":{}}'],
    ['openai_chat', '[{"stream":true}]'],
    ['openai_chat', '{"stream":true'],
    ['openai_chat', ''],
    ['openai_chat', { stream: true, prompt: 'x'.repeat(MAX) }],
    ['openai_responses', { stream: true }],
    ['anthropic_messages', { stream: true }],
    ['ollama_chat', { stream: true }],
  ] as const)('leaves a body of %s alone: %j', (api, body) => {
    expect(injectStreamUsage(api, bytes(body), MAX)).toBeUndefined();
  });

  it('changes nothing but the option, whatever the body is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (members) => {
        const body = { ...members, stream: true };
        const asked = injectStreamUsage('openai_chat', bytes(body), MAX);
        if (Object.hasOwn(members, 'stream_options')) expect(asked).toBeUndefined();
        else {
          const expected = JSON.parse(JSON.stringify(body)) as object;
          expect(JSON.parse(Buffer.from(asked!).toString())).toEqual({
            ...expected,
            stream_options: { include_usage: true },
          });
        }
      }),
    );
    fc.assert(fc.property(fc.uint8Array(), (junk) => injectStreamUsage('openai_chat', junk, MAX) === undefined));
  });
});

const traceId = '4b'.repeat(16);
const parentId = '0f'.repeat(8);
const request = (body: object | string, headers: Record<string, string> = {}, more: object = {}): RequestFacts => ({
  method: 'POST',
  upstreamPath: '/api/chat',
  headers: Headers.from(headers),
  body: { kind: 'bytes', bytes: bytes(body) },
  service: 'ollama',
  ...more,
});

describe('the access phase', () => {
  const all = { propagate: true, inject_stream_usage: true, track_open_streams: true };

  it.each([
    ['another method', { method: 'GET' }, {}],
    ['another path', { upstreamPath: '/api/tags' }, {}],
    ['our own export', {}, { 'user-agent': 'kong OTel-OTLP-Exporter-JavaScript/0.223.1' }],
  ])('leaves %s alone', async (_, more, headers) => {
    const plugin = new TestedPlugin(all);
    expect(startCall(plugin.state, request({ stream: true }, headers, more))).toBeUndefined();
    expect(await plugin.value('llm_active_streams{')).toBeUndefined();
  });

  it('sends the upstream the id of the span that the log phase exports, a child of the client’s', async () => {
    const plugin = new TestedPlugin({ propagate: true });
    const traceparent = `00-${traceId}-${parentId}-00`;
    const effects = startCall(plugin.state, request({ model: 'm' }, { traceparent }))!;
    const shared = effects.share!['llm_telemetry'];
    const { ids, parent } = startedSpanFromShared(shared)!;
    expect(ids.traceId).toBe(traceId);
    expect(parent).toEqual({ traceId, spanId: parentId });
    expect(effects.upstreamHeaders).toEqual({ traceparent: `00-${traceId}-${ids.spanId}-01` });
    expect(effects.upstreamBody).toBeUndefined();

    // Kong's log has the headers that the upstream got.
    const requestHeaders = { traceparent: effects.upstreamHeaders!['traceparent']! as string };
    await plugin.log({ request: { model: 'm', messages: [{}] }, requestHeaders, started: shared });
    expect(plugin.spans[0]).toMatchObject({ ids, parent });
  });

  it('starts a trace if there is none, with the sampled flag', () => {
    const { state } = new TestedPlugin({ propagate: true, sample_rate: 0 });
    const effects = startCall(state, request({}))!;
    expect(effects.upstreamHeaders!['traceparent']).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/);
    expect(startCall(state, request({}))!.share).not.toEqual(effects.share);
  });

  it('stays in Kong’s trace, without a parent, if only a client’s span may be the parent', async () => {
    const plugin = new TestedPlugin({ propagate: true, parent: 'client' });
    const effects = startCall(plugin.state, request({}, { traceparent: `00-${traceId}-${parentId}-01` }))!;
    await plugin.log({ request: { messages: [{}] }, traceId, started: effects.share!['llm_telemetry'] });
    expect(plugin.spans[0]!.ids!.traceId).toBe(traceId);
    expect(plugin.spans[0]!.parent).toBeUndefined();
  });

  it.each([
    ['a stream by default', '/api/chat', { model: 'm' }, 1],
    ['a requested stream, below the service’s own path', '/base/v1/chat/completions', { stream: true }, 1],
    ['no stream by default', '/v1/chat/completions', {}, undefined],
    ['no stream if the request disables it', '/api/chat', { stream: false }, undefined],
    ['no stream of embeddings', '/api/embed', { stream: true }, undefined],
    [
      'a stream whose request body is too long to parse completely',
      '/v1/messages',
      `{"stream":true,"x":"${'x'.repeat(MAX)}"}`,
      1,
    ],
  ])('counts as open: %s', async (_, upstreamPath, body, count) => {
    const plugin = new TestedPlugin({ track_open_streams: true });
    const effects = startCall(plugin.state, request(body, {}, { upstreamPath }));
    expect(await plugin.value('llm_active_streams{', 'kong_service="ollama"')).toBe(count);
    if (count === undefined) return;
    await plugin.log({ started: effects!.share!['llm_telemetry'] });
    expect(await plugin.value('llm_active_streams{', 'kong_service="ollama"')).toBe(0);
  });

  it('forgets a stream whose end was not seen, and counts no more streams than the bound', async () => {
    let now = STARTED_AT;
    const plugin = new TestedPlugin(
      { track_open_streams: true, max_open_streams: 2, forget_streams_after: 10 },
      () => now,
    );
    for (let n = 0; n < 3; n++) startCall(plugin.state, request({}));
    expect(await plugin.value('llm_active_streams{')).toBe(2);
    now += 10_001;
    startCall(plugin.state, request({}));
    expect(await plugin.value('llm_active_streams{')).toBe(1);
  });

  it.each([
    ['compressed', { 'content-encoding': 'gzip' }, {}],
    ['on disk', {}, { body: { kind: 'spilled' } }],
  ])('changes no body that is %s', (_, headers, more) => {
    const { state } = new TestedPlugin({ inject_stream_usage: true });
    const facts = request({ stream: true }, headers, { upstreamPath: '/v1/chat/completions', ...more });
    expect(startCall(state, facts)).toBeUndefined();
  });

  it('changes only the body', () => {
    const { state } = new TestedPlugin({ inject_stream_usage: true });
    const effects = startCall(state, request({ stream: true }, {}, { upstreamPath: '/v1/chat/completions' }))!;
    expect(Object.keys(effects)).toEqual(['upstreamBody']);
  });
});
