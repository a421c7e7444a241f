/* eslint-disable @typescript-eslint/no-deprecated -- servers still speak the transport that is tested here */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { startTestGateway, type TestGateway } from '../../kong/testkit/gateway';
import { send } from '../../kong/testkit/http';
import { servePlugins, type ServedPlugins } from '../../kong/testkit/serve-plugins';
import { mcpToolRateLimit } from '../../plugins/mcp-tool-rate-limit';
import { mcpValidator } from '../../plugins/mcp-validator';

/** A server with more than its MCP endpoint behind the guards: OAuth, health, WebSockets, and the transport of 2024-11-05. */
let plugins: ServedPlugins | undefined;
let upstream: Server | undefined;
let gateway: TestGateway;
const seen: string[] = [];
const sessions = new Map<string, SSEServerTransport>();

/** The legacy transport sends its client the path for POST; `prefix` is the public prefix that the server knows. */
async function openStream(prefix: string, outgoing: Parameters<RequestListener>[1]): Promise<void> {
  const transport = new SSEServerTransport(`${prefix}/messages`, outgoing);
  sessions.set(transport.sessionId, transport);
  const server = new McpServer({ name: 'legacy', version: '1' });
  server.registerTool('hello', {}, () => ({ content: [{ type: 'text', text: 'hello' }] }));
  await server.connect(transport);
}

const listener: RequestListener = (incoming, outgoing) => {
  const url = new URL(incoming.url ?? '/', 'http://upstream');
  seen.push(`${incoming.method} ${url.pathname}`);
  if (url.pathname === '/sse') {
    void openStream(url.searchParams.get('prefix') ?? '', outgoing);
    return;
  }
  const session = sessions.get(url.searchParams.get('sessionId') ?? '');
  if (url.pathname === '/messages' && session) {
    void session.handlePostMessage(incoming, outgoing);
    return;
  }
  incoming.resume();
  outgoing.setHeader('Content-Type', 'application/json').end('{"ok":true}');
};

beforeAll(async () => {
  plugins = await servePlugins([mcpValidator, mcpToolRateLimit]);
  upstream = createServer(listener);
  upstream.on('upgrade', (_, socket) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhi');
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  gateway = await startTestGateway({
    kongYml: `
services:
- name: mcp
  url: http://127.0.0.1:${(upstream.address() as AddressInfo).port}
  routes:
  - { name: mcp, paths: [/py-calculator] }
  - { name: legacy-messages, paths: [/messages], strip_path: false }
  plugins:
  - name: mcp-validator
    config: { tools: { deny: [rm] } }
  - name: mcp-tool-rate-limit
    config: { rules: [{ name: '*', windows: [{ limit: 100, window_seconds: 60 }] }] }
`,
    settings: { ...plugins.settings, nginx_http_client_body_buffer_size: '4m' },
  });
});

beforeEach(() => {
  seen.length = 0;
});

afterAll(async () => {
  await Promise.all([...sessions.values()].map((session) => session.close()));
  await (gateway as TestGateway | undefined)?.close();
  upstream?.closeAllConnections();
  upstream?.close();
  await plugins?.stop();
});

const ask = (path: string, method: string, headers: Record<string, string> = {}, body = '') =>
  send(gateway.proxyUrl + path, { method, headers }, body);

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const json = { 'content-type': 'application/json' };

it.each([
  ['GET', '/py-calculator/health', {}, ''],
  ['HEAD', '/py-calculator/health', {}, ''],
  ['GET', '/py-calculator/.well-known/oauth-protected-resource', { 'mcp-protocol-version': '2025-11-25' }, ''],
  ['GET', '/py-calculator/.well-known/oauth-protected-resource/mcp', {}, ''],
  [
    'POST',
    '/py-calculator/register',
    json,
    '{"redirect_uris":["http://127.0.0.1/cb"],"token_endpoint_auth_method":"none"}',
  ],
  ['POST', '/py-calculator/token', form, 'grant_type=authorization_code&code=x'],
  ['GET', '/py-calculator/authorize?response_type=code', { accept: 'text/html' }, ''],
  ['POST', '/py-calculator/upload', { 'content-type': 'application/octet-stream' }, 'x'.repeat(200_000)],
])('lets %s %s pass both guards', async (method, path, headers, body) => {
  const answer = await ask(path, method, headers, body);
  expect(answer.status).toBe(200);
  expect(seen).toHaveLength(1);
});

const rm = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"rm"}}';

it.each([
  '/py-calculator',
  '/py-calculator/',
  '/py-calculator/mcp',
  '/py-calculator/MCP/',
  '/py-calculator/health',
  '/py-calculator/%6dcp',
  '/py-calculator/x/../mcp',
  '/py-calculator/.well-known/x',
])('does not forward a denied call by POST %s', async (path) => {
  for (const headers of [json, { 'content-type': 'text/plain' }]) {
    const answer = await ask(path, 'POST', { ...headers, accept: 'application/json, text/event-stream' }, rm);
    expect(answer.body.toString()).toMatch(/"error":/);
  }
  const big = rm.replace('"rm"', `"rm","arguments":{"a":"${'x'.repeat(100_000)}"}`);
  expect((await ask(path, 'PUT', json, big)).status).toBeGreaterThanOrEqual(400);
  expect(seen).toEqual([]);
});

/** The first line of the response to a request for a WebSocket. */
async function upgrade(path: string): Promise<string> {
  const { hostname, port } = new URL(gateway.proxyUrl);
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`);
  socket.write('Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return first.toString().split('\r\n', 1)[0] ?? '';
}

it('allows a WebSocket only on paths that are not MCP', async () => {
  expect(await upgrade('/py-calculator/ws')).toMatch(/ 101 /);
  expect(await upgrade('/py-calculator/mcp')).toMatch(/ 400 /);
});

describe('the transport of 2024-11-05 behind a prefix', () => {
  const callHello = async (path: string): Promise<unknown> => {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new SSEClientTransport(new URL(gateway.proxyUrl + path)));
    const { content } = await client.callTool({ name: 'hello' });
    await client.close();
    return content;
  };
  const hello = [{ type: 'text', text: 'hello' }];

  it('works if the server knows its public path', async () => {
    expect(await callHello('/py-calculator/sse?prefix=/py-calculator')).toEqual(hello);
    expect(seen).toContain('POST /messages');
  });

  it('works for one server on a gateway with a route for the path that the server announces', async () => {
    expect(await callHello('/py-calculator/sse')).toEqual(hello);
  });

  it('does not work if the server announces a path that no route has', async () => {
    await expect(callHello('/py-calculator/sse?prefix=/elsewhere')).rejects.toThrow();
  });
});
