import { faultOfRpcError } from '../../../../plugins/mcp-telemetry/operations/fault';
import { TestedPlugin, type Exchange } from './run-mcp-telemetry';

const request = (method: string) => ({ jsonrpc: '2.0', id: 1, method, params: {} });
const failing = (code: number, message = 'x') => ({ jsonrpc: '2.0', id: 1, error: { code, message } });
const SUMMARY = { messages: [{ kind: 'request', id: 1, method: 'tools/call', name: 'add' }] };

async function faultOf(exchange: Exchange): Promise<string | undefined> {
  const plugin = new TestedPlugin();
  await plugin.log({ request: request('tools/call'), ...exchange });
  return /mcp_gateway_requests_total\{.*fault="(\w+)"/.exec(await plugin.metrics.registry.metrics())?.[1];
}

describe('the fault', () => {
  it.each<[string, Exchange, string]>([
    ['a successful response', { response: { id: 1, result: {} } }, 'none'],
    ['a tool that failed', { response: { id: 1, result: { isError: true } } }, 'none'],
    ['an unknown method', { response: failing(-32601) }, 'client'],
    ['an unknown method, as of 2026-07-28', { status: 404, response: failing(-32601) }, 'client'],
    ['invalid params', { response: failing(-32602) }, 'client'],
    ['an unknown resource', { response: failing(-32002) }, 'client'],
    ['headers that differ from the body', { status: 400, response: failing(-32020) }, 'client'],
    ['no session any more', { status: 404, response: failing(-32001) }, 'client'],
    ['no session', { status: 400, response: failing(-32000, 'Bad Request: No valid session ID') }, 'client'],
    ['a code of HTTP', { response: failing(429) }, 'client'],
    ['an internal error', { response: failing(-32603) }, 'server'],
    ['an internal error with its status', { status: 500, response: failing(-32603) }, 'server'],
    ['an unknown method with a status of the server', { status: 503, response: failing(-32601) }, 'server'],
    ['an error that the server defined', { response: failing(-32000) }, 'server'],
    ['an exception of a Python server', { response: failing(0, 'division by zero') }, 'server'],
    ['a rejection', { denial: { by: 'mcp-validator', reason: 'x', code: -32602 } }, 'client'],
    ['a login that is asked for', { status: 401 }, 'client'],
    ['too many requests', { status: 429, source: 'kong', tries: [] }, 'client'],
    ['a crash', { status: 500 }, 'server'],
    ['a server that is away', { status: 503, source: 'kong', tries: [] }, 'server'],
    ['a server that is slow', { status: 504, source: 'kong' }, 'server'],
    ['a client that left', { status: 499 }, 'client'],
    ['a client that left in mid-stream', { response: 'data: {}\n\n', complete: false }, 'client'],
    ['a stream that ended', { response: 'data: {}\n\n' }, 'server'],
    ['a login page', { response: '<html>' }, 'server'],
    ['a response that was deferred', { status: 202 }, 'none'],
    ['no capture', { captured: false, summary: SUMMARY }, 'none'],
  ])('%s', async (_name, exchange, fault) => {
    expect(await faultOf(exchange)).toBe(fault);
  });

  it('is the client’s for server/discover, whatever an older server responds', () => {
    for (const code of [-32601, -32602, -32600, -32603, -32000, 0, 1]) {
      expect(faultOfRpcError(code, 200, 'server/discover')).toBe('client');
    }
    expect(faultOfRpcError(-32603, 500, 'server/discover')).toBe('server');
  });
});

describe('the consumer as a label', () => {
  const consumer = { id: 'c-1', username: 'ann' };
  const labels = async (config: object, exchange: Exchange): Promise<string | undefined> => {
    const plugin = new TestedPlugin(config);
    await plugin.log({ request: request('ping'), response: { id: 1, result: {} }, ...exchange });
    return /requests_total\{(.*)\}/.exec(await plugin.metrics.registry.metrics())?.[1];
  };

  it('is present with consumer_label, for consumers that Kong knows', async () => {
    expect(await labels({}, { consumer })).not.toContain('consumer');
    expect(await labels({ consumer_label: true }, { consumer })).toContain('consumer="ann"');
    expect(await labels({ consumer_label: true }, {})).toContain('consumer="_unknown"');
  });

  it('is bounded', async () => {
    const plugin = new TestedPlugin({ consumer_label: true, max_consumers: 2 });
    for (let n = 0; n < 5; n++) {
      const one = { id: `c-${n}`, username: `user-${n}` };
      await plugin.log({ request: request('ping'), response: { id: 1, result: {} }, consumer: one });
    }
    expect(await plugin.value('mcp_gateway_requests_total', 'consumer="_other"')).toBe(3);
  });
});

describe('the size of responses', () => {
  it('is observed by method, and for a batch under _other', async () => {
    const plugin = new TestedPlugin();
    const response = { jsonrpc: '2.0', id: 1, result: { text: 'x'.repeat(1000) } };
    await plugin.log({ request: request('tools/list'), response });
    await plugin.log({ request: [request('ping'), request('ping')], response: [response] });
    const size = (method: string, kind: string) =>
      plugin.value(`mcp_gateway_response_size_bytes_${kind}`, `method="${method}"`, 'backend="calc"');
    expect(await size('tools/list', 'sum')).toBe(JSON.stringify(response).length);
    expect(await size('_other', 'count')).toBe(1);
  });
});

describe('the name of the conventions’ metric', () => {
  it.each([
    ['client', ['mcp_client_operation_duration_seconds']],
    ['server', ['mcp_server_operation_duration_seconds']],
    ['none', []],
  ])('with operation_role %s', async (operation_role, names) => {
    const plugin = new TestedPlugin({ operation_role });
    await plugin.log({ request: request('ping'), response: { id: 1, result: {} } });
    const text = await plugin.metrics.registry.metrics();
    expect(text.match(/mcp_(?:client|server)_operation_duration_seconds(?=_count)/g) ?? []).toEqual(names);
  });
});
