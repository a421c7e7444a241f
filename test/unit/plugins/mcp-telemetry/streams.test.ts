import { Headers } from '../../../../kong/pdk';
import { startRequest, type RequestFacts } from '../../../../plugins/mcp-telemetry/access';
import { sessionHashOf } from '../../../../plugins/shared/mcp/session-hash';
import { startedSpanFromShared } from '../../../../plugins/shared/telemetry/spans/started-span';
import { STARTED_AT } from '../../../support/exchange';
import { TestedPlugin } from './run-mcp-telemetry';

const traceId = '4b'.repeat(16);
const spanId = '0f'.repeat(8);
const traceparent = `00-${traceId}-${spanId}-01`;
const get = (headers: Record<string, string> = {}): RequestFacts => ({
  method: 'GET',
  headers: Headers.from({ accept: 'text/event-stream', ...headers }),
  service: 'calc',
  requestId: 'r-1',
  summary: undefined,
});
const post = (headers: Record<string, string>, summary?: RequestFacts['summary']): RequestFacts => ({
  ...get(headers),
  method: 'POST',
  summary,
});
const listening = {
  batch: false,
  messages: [{ kind: 'request', id: 1, method: 'subscriptions/listen' }],
} as const;
const calling = { batch: false, messages: [{ kind: 'request', id: 1, method: 'tools/call' }] } as const;

describe('the access phase', () => {
  it.each([
    ['a GET of the streamable transport', get({ 'mcp-session-id': 's' }), 'streamable_http'],
    ['a GET that names a revision', get({ 'mcp-protocol-version': '2025-11-25' }), 'streamable_http'],
    ['a GET of the older transport', get(), 'sse'],
    ['a subscription, from the summary of the validator', post({}, listening), 'streamable_http'],
    ['a subscription, from its header', post({ 'mcp-method': 'subscriptions/listen' }), 'streamable_http'],
    ['no stream for a page', get({ accept: 'text/html' }), undefined],
    ['no stream for a call', post({}, calling), undefined],
    [
      'no stream for a call whose header names another method',
      post({ 'mcp-method': 'subscriptions/listen' }, calling),
      undefined,
    ],
    ['no stream for a DELETE', { ...get(), method: 'DELETE' }, undefined],
  ])('counts as open: %s', async (_, facts, transport) => {
    const plugin = new TestedPlugin({ track_open_streams: true });
    const effects = startRequest(plugin.state, facts);
    if (transport === undefined) {
      expect(effects).toBeUndefined();
      expect(await plugin.value('mcp_gateway_connections_active{')).toBeUndefined();
      return;
    }
    expect(await plugin.value('mcp_gateway_connections_active{', `transport="${transport}"`)).toBe(1);
    expect(effects!.upstreamHeaders).toBeUndefined();
    await plugin.log({ method: facts.method, started: effects!.share!['mcp_telemetry'] });
    expect(await plugin.value('mcp_gateway_connections_active{', `transport="${transport}"`)).toBe(0);
  });

  it('closes a stream even if its log entry cannot be parsed', async () => {
    const plugin = new TestedPlugin({ track_open_streams: true });
    const effects = startRequest(plugin.state, get());
    await plugin.log({ status: 'x' as never, started: effects!.share!['mcp_telemetry'] });
    expect(await plugin.value('mcp_gateway_connections_active{')).toBe(0);
  });

  it.each([
    ['a message', post({ traceparent }, calling), true],
    ['a GET stream', get({ traceparent }), true],
    ['any other GET', get({ traceparent, accept: '*/*' }), false],
  ])('sends the upstream the span of %s: %s', (_, facts, propagated) => {
    const effects = startRequest(new TestedPlugin({ propagate: true }).state, facts);
    if (!propagated) {
      expect(effects).toBeUndefined();
      return;
    }
    const { ids } = startedSpanFromShared(effects!.share!['mcp_telemetry'])!;
    expect(effects!.upstreamHeaders).toEqual({ traceparent: `00-${traceId}-${ids.spanId}-01` });
  });
});

describe('a started span', () => {
  const begin = (plugin: TestedPlugin) =>
    startRequest(plugin.state, post({ traceparent }, calling))!.share!['mcp_telemetry'];
  const call = (id: number, meta?: object) => ({ id, method: 'tools/call', params: { name: 'add', _meta: meta } });

  it('is the span of the first message of a batch', async () => {
    const plugin = new TestedPlugin({ propagate: true });
    const started = begin(plugin);
    await plugin.log({ request: [call(1), call(2)], started });
    expect(plugin.spans[0]).toMatchObject(startedSpanFromShared(started)!);
    expect(plugin.spans[1]!.ids).toBeUndefined();
  });

  it('is in the trace of _meta', async () => {
    const plugin = new TestedPlugin({ propagate: true });
    const started = begin(plugin);
    const other = 'aa'.repeat(16);
    await plugin.log({ request: call(1, { traceparent: `00-${other}-${spanId}-01` }), started });
    expect(plugin.spans[0]).toMatchObject({
      ids: { traceId: other, spanId: startedSpanFromShared(started)!.ids.spanId },
      parent: { traceId: other, spanId },
      link: { traceId, spanId },
    });
  });
});

describe('a stream that stays open', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('has a span while it is open, a child of the span at its end', async () => {
    let now = STARTED_AT;
    const config = { track_open_streams: true, report_streams_after: 60, project_source: 'service' };
    const plugin = new TestedPlugin(config, () => now);
    const effects = startRequest(plugin.state, get({ 'mcp-session-id': 's-1', traceparent }))!;
    now += 60_000;
    jest.advanceTimersByTime(59_999);
    expect(plugin.spans).toEqual([]);
    jest.advanceTimersByTime(1);
    const started = effects.share!['mcp_telemetry'];
    const { ids } = startedSpanFromShared(started)!;
    expect(plugin.spans).toEqual([
      expect.objectContaining({ name: 'GET open', startMs: STARTED_AT, endMs: now, parent: ids }),
    ]);
    expect(plugin.spans[0]!.attributes).toMatchObject({
      'openinference.span.kind': 'CHAIN',
      'mcp.session.id': sessionHashOf(undefined, {})('s-1'),
      'mcp.transport': 'streamable_http',
      'kong.service': 'calc',
      'kong.request_id': 'r-1',
    });
    expect(plugin.projects).toEqual(['calc']);

    const requestHeaders = { 'mcp-session-id': 's-1' };
    await plugin.log({
      method: 'GET',
      contentType: 'text/event-stream',
      requestHeaders,
      response: 'data: {}\n\n',
      started,
    });
    expect(plugin.spans[1]).toMatchObject({
      name: 'GET stream',
      kind: 'client',
      ids,
      parent: { traceId, spanId },
      attributes: {
        'mcp.session.id': sessionHashOf(undefined, {})('s-1'),
        'mcp.transport': 'streamable_http',
        'http.response.body.size': 10,
        'kong.response.complete': true,
        'kong.service': 'calc',
      },
    });
    expect(await plugin.value('mcp_gateway_connections_total{', 'transport="streamable_http"')).toBe(1);
  });

  it('has no such span if it was closed before', async () => {
    const plugin = new TestedPlugin({ track_open_streams: true });
    const effects = startRequest(plugin.state, get())!;
    await plugin.log({ method: 'GET', status: 405, started: effects.share!['mcp_telemetry'] });
    jest.advanceTimersByTime(120_000);
    expect(plugin.spans).toEqual([]);
    expect(await plugin.value('mcp_gateway_connections_total{')).toBeUndefined();
  });
});

it('does not report the end of a subscription as a failure', async () => {
  const plugin = new TestedPlugin();
  const request = { jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params: {} };
  const response = 'data: {"method":"notifications/subscriptions/acknowledged"}\n\n';
  await plugin.log({ request, response, contentType: 'text/event-stream' });
  expect(await plugin.statuses()).toEqual(['subscriptions/listen ok']);
  expect(plugin.spans[0]!.error).toBeUndefined();
});

it.each([
  [true, 'stream_truncated'],
  [false, 'client_disconnect'],
])('finds who ended a stream before the response (its end came: %s)', async (complete, errorType) => {
  const plugin = new TestedPlugin();
  const request = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'slow' } };
  const response = 'data: {"method":"notifications/progress"}\n\n';
  await plugin.log({ request, response, contentType: 'text/event-stream', complete });
  expect(await plugin.statuses()).toEqual(['tools/call cancelled']);
  expect(plugin.spans[0]!.attributes['error.type']).toBe(errorType);
});
