import { createServer } from 'node:net';
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { send, servePlugins, startTestGateway, type ServedPlugins, type TestGateway } from '../../kong/testkit';
import { mcpAuth } from '../../plugins/mcp-auth';
import { mcpGuard } from '../../plugins/mcp-guard';
import { SelfLogin } from '../support/auth-flow';
import { startMcpTestServer, type McpTestServer } from '../support/mcp-test-server';
import { MACHINE, startOidcServer, type OidcServer } from '../support/oidc-server';

/** The official clients get their tokens from a real authorization server, and call through the gateway. */
let plugins: ServedPlugins;
let upstream: McpTestServer;
let issuer: OidcServer;
let gateway: TestGateway;
let url = '';

const METADATA = '/.well-known/oauth-protected-resource';

/** A port that is free now: `resource` of the plugin contains it. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  plugins = await servePlugins([mcpAuth, mcpGuard]);
  upstream = await startMcpTestServer();
  issuer = await startOidcServer({ [`${url}/opaque/mcp`]: 'opaque' });
  const service = (name: string, plugin: string, config: string): string => `
- name: ${name}
  url: ${upstream.url}
  routes: [{ name: ${name}, paths: [/${name}, ${METADATA}/${name}/mcp] }]
  plugins: [{ name: ${plugin}, config: ${config} }]`;
  const auth = (name: string, more = ''): string =>
    `{ resource: "${url}/${name}/mcp", scopes_required: [mcp], issuers: [{ issuer: "${issuer.issuer}"${more} }] }`;
  const opaque = `, validation: by_form, introspection: { client_id: ${MACHINE.client_id}, client_secret: ${MACHINE.client_secret} }`;
  gateway = await startTestGateway({
    kongYml: `services:${service('plain', 'mcp-auth', auth('plain'))}${service(
      'guarded',
      'mcp-guard',
      `{ mcp-auth: ${auth('guarded')}, mcp-validator: {} }`,
    )}${service('opaque', 'mcp-auth', auth('opaque', opaque))}`,
    settings: { ...plugins.settings, proxy_listen: `127.0.0.1:${port}` },
  });
});

afterAll(async () => {
  await (gateway as TestGateway | undefined)?.close();
  await (issuer as OidcServer | undefined)?.stop();
  await (upstream as McpTestServer | undefined)?.close();
  await (plugins as ServedPlugins | undefined)?.stop();
});

const INFO = { name: 'test', version: '1' };
const nameOf = ({ tools }: { tools: { name: string }[] }): string | undefined => tools[0]?.name;

it.each(['plain', 'guarded'])('client 1.x: discovery, registration, PKCE, token and calls at /%s', async (name) => {
  const login = new SelfLogin();
  const endpoint = new URL(`${url}/${name}/mcp`);
  const first = new StreamableHTTPClientTransport(endpoint, { authProvider: login });
  await expect(new Client(INFO).connect(first)).rejects.toThrow('Unauthorized');
  expect(login.authorizationUrl?.searchParams.get('resource')).toBe(endpoint.href);
  expect(login.authorizationUrl?.searchParams.get('scope')).toBe('mcp');
  await first.finishAuth(login.code);
  const client = new Client(INFO);
  await client.connect(new StreamableHTTPClientTransport(endpoint, { authProvider: login }));
  expect(nameOf(await client.listTools())).toBeDefined();
  await client.close();
});

it('client 2.x: discovery, registration, PKCE, token and calls', async () => {
  const login = new SelfLogin();
  const endpoint = new URL(`${url}/plain/mcp`);
  const first = new Transport2(endpoint, { authProvider: login as never });
  await expect(new Client2(INFO).connect(first)).rejects.toThrow(/unauthorized/i);
  await first.finishAuth(login.callback);
  const client = new Client2(INFO);
  await client.connect(new Transport2(endpoint, { authProvider: login as never }));
  expect(nameOf(await client.listTools())).toBeDefined();
  await client.close();
});

const call = async (name: string, token: string): Promise<number | undefined> => {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: INFO };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  return (await send(`${url}/${name}/mcp`, { method: 'POST', headers }, body)).status;
};

it('takes no token for another server behind the same gateway', async () => {
  const token = await issuer.machineToken(`${url}/plain/mcp`);
  expect([await call('plain', token), await call('guarded', token)]).toEqual([200, 401]);
});

it('asks the server about opaque tokens', async () => {
  const token = await issuer.machineToken(`${url}/opaque/mcp`);
  expect(token.split('.')).toHaveLength(1);
  expect([await call('opaque', token), await call('opaque', `${token}x`)]).toEqual([200, 401]);
});

it('goes on while the authorization server is away: JWTs by the known keys, unknown opaque tokens 503', async () => {
  const [jwt, opaque] = [await issuer.machineToken(`${url}/plain/mcp`), await issuer.machineToken(`${url}/opaque/mcp`)];
  await issuer.stop();
  expect([await call('plain', jwt), await call('opaque', opaque)]).toEqual([200, 503]);
});
