import fc from 'fast-check';
import { sessionHashOf } from '../../../../plugins/shared/mcp/session-hash';
import { sse } from '../../../support/exchange';
import { TestedPlugin, type Exchange } from './run-mcp-telemetry';

const call = (id: number | string, name = 'add') => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } });
const ok = (id: number | string) => ({ jsonrpc: '2.0', id, result: { content: [] } });
const eventStream = { contentType: 'text/event-stream' };

describe('the outcome of a message', () => {
  it.each<[string, Exchange, string[], string[]]>([
    ['a call with a response', { request: call(1), response: ok(1) }, ['tools/call ok'], ['tools/call add']],
    [
      'a tool that failed',
      { request: call(1), response: { jsonrpc: '2.0', id: 1, result: { isError: true } } },
      ['tools/call tool_error'],
      ['tools/call add'],
    ],
    [
      'an error with its HTTP status, as of 2026-07-28',
      {
        status: 404,
        request: { ...call(1), method: 'x/y' },
        response: { id: 1, error: { code: -32601, message: 'no' } },
      },
      ['_other rpc_error'],
      ['x/y'],
    ],
    [
      'an HTTP error',
      { status: 401, source: 'kong', tries: [], request: call(1), response: {} },
      ['tools/call http_4xx'],
      ['tools/call add'],
    ],
    [
      'an error of the server',
      { status: 500, request: call(1), response: 'oops' },
      ['tools/call http_5xx'],
      ['tools/call add'],
    ],
    [
      'a server that timed out',
      { status: 504, source: 'kong', request: call(1) },
      ['tools/call timeout'],
      ['tools/call add'],
    ],
    [
      'a server that was not there',
      { status: 502, source: 'kong', request: call(1) },
      ['tools/call http_5xx'],
      ['tools/call add'],
    ],
    ['a client that left', { status: 499, request: call(1) }, ['tools/call cancelled'], ['tools/call add']],
    [
      'a stream that ended before the response',
      { ...eventStream, request: call(1), response: sse({ method: 'notifications/progress' }) },
      ['tools/call cancelled'],
      ['tools/call add'],
    ],
    [
      'a notification',
      { status: 202, request: { method: 'notifications/initialized' } },
      ['notifications/initialized ok'],
      ['notifications/initialized'],
    ],
    ['a response of the client', { status: 202, request: { id: 1, result: {} } }, [], []],
    [
      'a body that is not a message',
      { status: 400, request: 'not json', denial: { by: 'mcp-validator', reason: 'parse', code: -32700 } },
      ['_other denied'],
      [],
    ],
    ['no capture and no summary', { captured: false }, ['_other ok'], []],
    ['GET', { method: 'GET' }, [], []],
    ['DELETE', { method: 'DELETE' }, [], []],
    [
      'a summary without a capture',
      { captured: false, summary: { messages: [{ kind: 'request', id: 1, method: 'tools/list' }] } },
      ['tools/list ok'],
      ['tools/list'],
    ],
    [
      'ids of another type, which are other ids',
      { request: [call(1), call('1')], response: [ok('1'), { id: 1, error: { code: -1, message: 'x' } }] },
      ['tools/call rpc_error', 'tools/call ok'],
      ['tools/call add', 'tools/call add'],
    ],
    [
      'a prompt and a resource',
      {
        request: [
          { id: 1, method: 'prompts/get', params: { name: 'p' } },
          { id: 2, method: 'resources/read', params: { uri: 'file:///a?b' } },
        ],
        response: [ok(1), ok(2)],
      },
      ['prompts/get ok', 'resources/read ok'],
      ['prompts/get p', 'resources/read'],
    ],
  ])('%s', async (_name, exchange, statuses, names) => {
    const plugin = new TestedPlugin();
    await plugin.log(exchange);
    expect(await plugin.statuses()).toEqual(statuses);
    expect(plugin.spans.map(({ name }) => name)).toEqual(names);
  });

  it.each([false, true])('a tool error whose middle was not captured (SSE: %s)', async (streamed) => {
    const answer = {
      jsonrpc: '2.0',
      id: 1,
      result: { content: [{ type: 'text', text: 'x'.repeat(5000) }], isError: true },
    };
    const plugin = new TestedPlugin();
    const response = streamed ? sse(answer) : answer;
    await plugin.log({ request: call(1), response, bound: 300, ...(streamed && eventStream) });
    expect(await plugin.statuses()).toEqual(['tools/call tool_error']);
  });
});

describe('the span of a message', () => {
  it('has its parent from _meta and a link to the HTTP context', async () => {
    const [own, http] = ['4b'.repeat(16), 'ac'.repeat(16)];
    const request = { ...call(1), params: { name: 'add', _meta: { traceparent: `00-${own}-${'f0'.repeat(8)}-01` } } };
    const requestHeaders = { traceparent: `00-${http}-${'0a'.repeat(8)}-01` };
    const plugin = new TestedPlugin();
    await plugin.log({ request, response: ok(1), requestHeaders });
    expect(plugin.spans[0]).toMatchObject({
      parent: { traceId: own, spanId: 'f0'.repeat(8) },
      link: { traceId: http, spanId: '0a'.repeat(8) },
    });
  });

  it.each([
    ['2025-11-25', {}, sessionHashOf(undefined, {})('s-1')],
    ['2025-11-25', { session_key: 'known-to-all-nodes' }, sessionHashOf('known-to-all-nodes', {})('s-1')],
    ['2025-11-25', { session_ids: 'plain' }, 's-1'],
    ['2025-11-25', { session_ids: 'none' }, undefined],
    ['2026-07-28', {}, undefined],
  ])('names the session of %s with %j: %s', async (revision, config, session) => {
    const plugin = new TestedPlugin(config);
    const requestHeaders = { 'mcp-session-id': 's-1', 'mcp-protocol-version': revision };
    await plugin.log({ request: call(1), response: ok(1), requestHeaders });
    expect(plugin.spans[0]!.attributes['mcp.session.id']).toBe(session);
    expect(plugin.spans[0]!.attributes['mcp.protocol.version']).toBe(revision);
  });

  it('has the revision that initialize negotiated', async () => {
    const plugin = new TestedPlugin();
    const request = { id: 0, method: 'initialize', params: { protocolVersion: '2026-07-28' } };
    await plugin.log({ request, response: { id: 0, result: { protocolVersion: '2025-06-18' } } });
    expect(plugin.spans[0]!.attributes['mcp.protocol.version']).toBe('2025-06-18');
  });

  it('has arguments and results only if configured, without secrets', async () => {
    const key = ['gh', 'p_', 'a'.repeat(36)].join('');
    const exchange = {
      request: { ...call(1), params: { name: 'add', arguments: { a: 1, key } } },
      response: { id: 1, result: { content: [{ type: 'text', text: 'sum: 2' }] } },
    };
    const closed = new TestedPlugin();
    await closed.log(exchange);
    expect(closed.spans[0]!.attributes).toMatchObject({
      'input.value': '__REDACTED__',
      'output.value': '__REDACTED__',
    });
    expect(JSON.stringify(closed.spans)).not.toMatch(/sum: 2|ghp_/);

    const open = new TestedPlugin({ capture_tool_args: true, capture_tool_results: true });
    await open.log(exchange);
    expect(open.spans[0]!.attributes).toMatchObject({
      'input.value': '{"a":1,"key":"__REDACTED__"}',
      'tool.parameters': '{"a":1,"key":"__REDACTED__"}',
      'gen_ai.tool.call.arguments': '{"a":1,"key":"__REDACTED__"}',
      'gen_ai.tool.call.result': '{"content":[{"type":"text","text":"sum: 2"}]}',
    });
  });

  it('is emitted for a bounded number of messages of a batch, while all are counted', async () => {
    const plugin = new TestedPlugin({ max_messages: 3 });
    const batch = Array.from({ length: 10 }, (_, id) => call(id));
    await plugin.log({ request: batch, response: batch.map(({ id }) => ok(id)) });
    expect(plugin.spans).toHaveLength(3);
    expect(await plugin.statuses()).toEqual(['tools/call ok x10']);
  });
});

describe('a body that was not captured', () => {
  const headers = {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': '=?base64?w6RkZA==?=',
  };

  it('is reported from its headers, in the revision that has them', async () => {
    const plugin = new TestedPlugin();
    await plugin.log({ captured: false, requestHeaders: headers });
    expect(plugin.spans.map(({ name }) => name)).toEqual(['tools/call ädd']);
    expect(await plugin.statuses()).toEqual(['tools/call ok']);
  });

  it.each([
    ['an older revision', { ...headers, 'mcp-protocol-version': '2025-11-25' }, true],
    ['no revision', { 'mcp-method': 'tools/call' }, true],
    ['a body that differs from the headers', headers, false],
  ])('is not reported from the headers of %s', async (_, requestHeaders, absent) => {
    const plugin = new TestedPlugin();
    const request = absent ? '' : { id: 1, method: 'ping' };
    await plugin.log({ request, response: { id: 1, result: {} }, requestHeaders });
    expect(plugin.spans.map(({ name }) => name)).toEqual(absent ? [] : ['ping']);
  });
});

describe('a body that cannot be parsed', () => {
  it('is counted', async () => {
    const plugin = new TestedPlugin();
    await plugin.log({ status: 'nonsense' as never });
    expect(await plugin.value('mcp_telemetry_parse_errors_total', 'what="log_entry"')).toBe(1);
  });
});

describe('any bytes', () => {
  it('nothing throws', async () => {
    const plugin = new TestedPlugin();
    const bytes = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((text) => `data: ${text}\n\n`),
    );
    const type = fc.constantFrom('application/json', 'text/event-stream', '');
    await fc.assert(
      fc.asyncProperty(bytes, bytes, type, fc.nat({ max: 40 }), async (request, response, contentType, bound) => {
        await plugin.log({ request, response, contentType, bound });
      }),
    );
  });
});
