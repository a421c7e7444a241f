import type { RequestListener } from 'node:http';
import { startTestGateway, type TestGateway } from '../../kong/testkit/gateway';
import { send, valuesOf } from '../../kong/testkit/http';
import { servePlugins, type ServedPlugins } from '../../kong/testkit/serve-plugins';
import { until } from '../../kong/testkit/until';
import { echo, echoed, startUpstream, type TestUpstream } from '../../kong/testkit/upstream';
import { mcpValidator } from '../../plugins/mcp-validator';

/** The validator in its real server, behind the gateway, in front of an upstream that echoes the request. */
let plugins: ServedPlugins | undefined;
let upstream: TestUpstream | undefined;
let gateway: TestGateway;
let reached = 0;

const add = { name: 'add', inputSchema: { type: 'object', required: ['a'] } };

/** Responds to tools/list as a server does, and echoes all other requests. */
const upstreamListener: RequestListener = (incoming, outgoing) => {
  reached++;
  if (incoming.url !== '/learn/list') {
    echo(incoming, outgoing);
    return;
  }
  incoming.resume();
  outgoing.setHeader('Content-Type', 'application/json');
  outgoing.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools: [add] } }));
};

const configText = (port: number) => `
services:
- name: strict
  url: http://127.0.0.1:${port}
  routes: [{ name: strict, paths: [/strict], strip_path: false }]
  plugins:
  - name: key-auth
    config: { anonymous: nobody }
  - name: mcp-validator
    config: { tools: { deny: [admin_*] } }
- name: report
  url: http://127.0.0.1:${port}
  routes: [{ name: report, paths: [/report], strip_path: false }]
  plugins:
  - name: mcp-validator
    config: { mode: report }
- name: learn
  url: http://127.0.0.1:${port}
  routes: [{ name: learn, paths: [/learn], strip_path: false }]
  plugins:
  - name: mcp-validator
    config: { tools: { learn: enforce } }
  - name: pre-function
    config:
      access: ["kong.ctx.shared.capture = { request = ngx.encode_base64(kong.request.get_raw_body() or ''), parts = {} }"]
      body_filter: ["local c = kong.ctx.shared.capture; if c and ngx.arg[1] then table.insert(c.parts, ngx.arg[1]) end"]
      log: ["local c = kong.ctx.shared.capture; local b = table.concat(c.parts); c.parts = nil; c.head = ngx.encode_base64(b); c.response_bytes = #b"]
consumers:
- username: nobody
- username: ann
  keyauth_credentials: [{ key: k1 }]
  plugins:
  - name: mcp-validator
    config: {}
`;

beforeAll(async () => {
  plugins = await servePlugins([mcpValidator]);
  upstream = await startUpstream(upstreamListener);
  gateway = await startTestGateway({ kongYml: configText(upstream.port), settings: plugins.settings });
});

afterAll(async () => {
  await (gateway as TestGateway | undefined)?.close();
  await upstream?.close();
  await plugins?.stop();
});

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  send(gateway.proxyUrl + path, { method: 'POST', headers: { ...HEADERS, ...headers } }, body);

const call = (name: string, args = '{}') =>
  `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"${name}","arguments":${args}}}`;

it('forwards the bytes that pass unchanged', async () => {
  const body = ` ${call('add', '{"n": 9007199254740993, "e":1E+2, "z":-0.0, "s":"\\u00e9é"}')}\n`;
  const answer = await post('/strict', body);
  expect(answer.status).toBe(200);
  expect(Buffer.from(echoed(answer).body, 'base64').toString()).toBe(body);
});

it.each([
  ['{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"ping"}', 400, -32700, null],
  ['not json', 400, -32700, null],
  ['{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{}}', 200, -32602, 7],
])('does not forward %s to the upstream', async (body, status, code, id) => {
  const before = reached;
  const answer = await post('/strict', body);
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/json');
  expect(JSON.parse(answer.body.toString())).toMatchObject({ id, error: { code } });
  expect(reached).toBe(before);
});

it('accepts any bytes in headers', async () => {
  const answer = await post('/strict', call('add'), { 'mcp-session-id': 'a\u00ff', 'x-any': '\u00fe\u00ff' });
  expect(answer.status).toBe(400);
});

it('removes the session from a stateless request', async () => {
  const _meta =
    '{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}';
  const answer = await post('/strict', `{"jsonrpc":"2.0","id":1,"method":"prompts/list","params":{"_meta":${_meta}}}`, {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'prompts/list',
    'mcp-session-id': 'stale',
  });
  expect(answer.status).toBe(200);
  expect(valuesOf(echoed(answer).headers, 'mcp-session-id')).toEqual([]);
});

it("uses a consumer's configuration instead of that of the service", async () => {
  const denied = await post('/strict', call('admin_reset'));
  expect(JSON.parse(denied.body.toString())).toMatchObject({ id: 7, error: { message: 'Unknown tool: admin_reset' } });
  const allowed = await post('/strict', call('admin_reset'), { apikey: 'k1' });
  expect(echoed(allowed).url).toBe('/strict');
});

it('lets all requests pass in report mode, and marks in the response what would be rejected', async () => {
  const answer = await post('/report', '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{}}');
  expect(echoed(answer).url).toBe('/report');
  expect(answer.headers['x-mcp-validator-report']).toBe('status=200; code=-32602; reason=invalid_params');
});

it('learns from the responses that stream through', async () => {
  expect(echoed(await post('/learn/call', call('add'))).url).toBe('/learn/call');
  await post('/learn/list', '{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
  // The log phase runs after the response.
  const body = await until(async () => {
    const text = (await post('/learn/call', call('add'))).body.toString();
    return text.includes('Invalid arguments') && text;
  }, 'a call to be rejected');
  expect(JSON.parse(body)).toMatchObject({ id: 7, error: { code: -32602 } });
});
