import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { postMcp, gateway, samples, toolCall, total } from './gateway';

it.each([
  ['a key twice', '{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"ping"}', -32700],
  ['a key twice by an escape', '{"jsonrpc":"2.0","id":1,"method":"ping","m\\u0065thod":"ping"}', -32700],
  ['no JSON', 'not json', -32700],
  ['invalid UTF-8', Buffer.from('7b226a736f6eff227d', 'hex'), -32700],
  ['a lone surrogate', '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"a":"\\ud800"}}}', -32700],
  ['a broken id', '{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600],
])('rejects %s with 400', async (_what, body, code) => {
  const response = await postMcp('py-calculator', body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ jsonrpc: '2.0', id: null, error: { code } });
});

it('rejects an unknown JSON-RPC member with 400 and the id', async () => {
  const response = await postMcp('py-calculator', { jsonrpc: '2.0', id: 3, method: 'ping', extra: 1 });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ id: 3, error: { code: -32600 } });
});

it('rejects a call without a name with its id', async () => {
  const response = await postMcp('py-calculator', { jsonrpc: '2.0', id: 'seven', method: 'tools/call', params: {} });
  expect(await response.json()).toMatchObject({ id: 'seven', error: { code: -32602 } });
});

it('counts rejected requests by reason', async () => {
  const labels = ['kong_service="py-calculator"', 'reason="duplicate_key"'];
  const before = await total(gateway.pluginServerUrl, 'mcp_validator_rejected_total', ...labels);
  await postMcp('py-calculator', '{"jsonrpc":"2.0","jsonrpc":"2.0"}');
  expect(await total(gateway.pluginServerUrl, 'mcp_validator_rejected_total', ...labels)).toBe(before + 1);
});

it.each([
  ['a page of another origin', { Origin: 'https://evil.example' }, 403],
  ['another media type', { 'Content-Type': 'text/plain' }, 415],
  ['an answer that the client cannot take', { Accept: 'text/html' }, 406],
  ['a revision that is none', { 'MCP-Protocol-Version': '1999-01-01' }, 400],
])('rejects %s', async (_what, headers, status) => {
  expect((await postMcp('py-calculator', toolCall('add', { a: 1, b: 1 }), headers)).status).toBe(status);
});

it('forwards non-ASCII bytes in a header', async () => {
  const headers = { 'X-Bin': '\xff\xfe' };
  expect((await postMcp('py-calculator', toolCall('add', { a: 1, b: 1 }), headers)).status).toBe(200);
  expect(await samples(gateway.pluginServerUrl, 'process_start_time_seconds')).toHaveLength(1);
});

it('rejects a body over the limit with 413, and accepts a large body under the limit', async () => {
  const withText = (size: number) => toolCall('add', { a: 1, b: 1, note: 'x'.repeat(size) });
  expect((await postMcp('py-calculator', withText(4_300_000))).status).toBe(413);
  expect((await postMcp('py-calculator', withText(900_000))).status).toBe(200);
});

it.each(['py-calculator/mcp', 'ollama/api/chat', 'phoenix/v1/traces'])(
  'rejects a request to %s that makes Kong drop Content-Length, which could hide a second request in the body',
  async (path) => {
    const outgoing = request(`${gateway.proxyUrl}/${path}`, {
      method: 'POST',
      agent: false,
      headers: { Connection: 'close, Content-Length', 'Content-Length': 2 },
    });
    outgoing.end('{}');
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.resume();
    expect(incoming.statusCode).toBe(400);
  },
);

it('rejects a body that is nested too deeply', async () => {
  const response = await postMcp('py-calculator', `${'['.repeat(10_000)}${']'.repeat(10_000)}`);
  expect(response.status).toBe(400);
});
