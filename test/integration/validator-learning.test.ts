import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { parse, stringify } from 'yaml';
import { startTestGateway, type TestGateway } from '../../kong/testkit/gateway';
import { send } from '../../kong/testkit/http';
import { servePlugins, type ServedPlugins } from '../../kong/testkit/serve-plugins';
import { until } from '../../kong/testkit/until';
import { startUpstream, type TestUpstream } from '../../kong/testkit/upstream';
import { mcpValidator } from '../../plugins/mcp-validator';
import { startMcpTestServer, type McpTestServer } from '../support/mcp-test-server';

/** Real clients and a real server of the SDKs, with the capture functions of kong.yml between them. */
let plugins: ServedPlugins | undefined;
let server: McpTestServer | undefined;
let lists: TestUpstream | undefined;
let gateway: TestGateway;
let answer = '';

interface Reference {
  readonly services: readonly { readonly plugins: readonly { readonly name: string; readonly config: object }[] }[];
}

const reference = parse(readFileSync(join(__dirname, '../../kong/kong.yml'), 'utf8')) as Reference;
const capture = reference.services[0]!.plugins.find(({ name }) => name === 'pre-function')!;

const serviceOf = (name: string, url: string, config: object) => ({
  name,
  url,
  routes: [{ name, paths: [`/${name}`] }],
  plugins: [capture, { name: 'mcp-validator', config }],
});

beforeAll(async () => {
  plugins = await servePlugins([mcpValidator]);
  server = await startMcpTestServer();
  lists = await startUpstream((incoming, outgoing) => {
    incoming.resume().on('end', () => {
      outgoing.setHeader('Content-Type', 'application/json').end(answer);
    });
  });
  const enforce = { tools: { learn: 'enforce' } };
  const services = [
    ...['one', 'two', 'three'].map((name) => serviceOf(name, server!.url, enforce)),
    ...['long', 'longer', 'wide'].map((name) => serviceOf(name, lists!.url, enforce)),
    serviceOf('pinned', lists.url, { pin: 'enforce', tools: { pins: { 'tool-0': '0'.repeat(64) } } }),
  ];
  gateway = await startTestGateway({
    kongYml: stringify({ services }, { aliasDuplicateObjects: false }),
    settings: plugins.settings,
  });
});

afterAll(async () => {
  await (gateway as TestGateway | undefined)?.close();
  await server?.close();
  await lists?.close();
  await plugins?.stop();
});

const INFO = { name: 'test', version: '1' };

async function connect1(service: string) {
  const client = new Client(INFO);
  const transport = new StreamableHTTPClientTransport(new URL(`${gateway.proxyUrl}/${service}`));
  // The transport's own type lacks `| undefined` on its optional members.
  await client.connect(transport);
  return client;
}

const connect2 = (options: object) => async (service: string) => {
  const client = new Client2(INFO, options);
  await client.connect(new Transport2(new URL(`${gateway.proxyUrl}/${service}`)));
  return client;
};

async function metric(series: string): Promise<number> {
  const text = await plugins!.metrics.registry.metrics();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(series))
      ?.split(' ')[1] ?? 0,
  );
}

/** Waits until the log phase of a list has run, and its schemas are compiled. */
const learned = (service: string, count: number) =>
  until(
    async () => (await metric(`mcp_validator_learned_tools{kong_service="${service}"}`)) === count,
    `${count} tools`,
  );

it.each([
  ['SDK 1.x', 'one', connect1],
  ['SDK 2.x in a session', 'two', connect2({})],
  [
    'SDK 2.x, stateless, private and expired at once',
    'three',
    connect2({ versionNegotiation: { mode: { pin: '2026-07-28' } } }),
  ],
])('rejects a call that does not match the announced schema: %s', async (_, service, connect) => {
  const client = await connect(service);
  const { tools } = await client.listTools();
  await learned(service, tools.length);
  const call = async (args: Record<string, unknown>) => {
    const { content } = (await client.callTool({ name: 'look-up', arguments: args })) as {
      content: { text: string }[];
    };
    return content[0]?.text;
  };
  expect(await call({ region: 'eu' })).toBe('looked up in eu');
  expect(await call({ region: 'eu', limit: 11 })).toBe('Input validation error: /arguments/limit must be <= 10');
  expect(await call({ region: 'eu', more: 1 })).toBe('looked up in eu');
  await client.close();
});

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const ask = async (service: string, body: object): Promise<string> => {
  const text = JSON.stringify({ jsonrpc: '2.0', id: 1, ...body });
  const options = { method: 'POST', headers: HEADERS };
  return (await send(`${gateway.proxyUrl}/${service}`, options, text)).body.toString();
};
const list = (tools: object[]) => JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools } });
const toolsOf = (count: number, descriptionBytes: number, properties = 1) =>
  Array.from({ length: count }, (_, i) => ({
    name: `tool-${i}`,
    description: 'd'.repeat(descriptionBytes),
    inputSchema: {
      type: 'object',
      properties: Object.fromEntries(Array.from({ length: properties }, (__, p) => [`p${p}`, { type: 'integer' }])),
    },
  }));
const call = (name: string) => ({ method: 'tools/call', params: { name, arguments: { p0: 'x' } } });

it('learns a list of more than 64 KiB completely', async () => {
  answer = list(toolsOf(20, 20_000));
  expect(await ask('long', { method: 'tools/list' })).toBe(answer);
  await learned('long', 20);
  for (const name of ['tool-0', 'tool-10', 'tool-19']) {
    expect(await ask('long', call(name))).toContain('/arguments/p0 must be integer');
  }
});

it('learns a list that is longer than the capture', async () => {
  answer = list(toolsOf(20, 40_000));
  expect(await ask('longer', { method: 'tools/list' })).toBe(answer);
  await learned('longer', 20);
  expect(await ask('longer', call('tool-19'))).toContain('/arguments/p0 must be integer');
});

it('checks calls of a tool with a large schema in another thread', async () => {
  answer = list(toolsOf(1, 10, 400));
  await ask('wide', { method: 'tools/list' });
  await learned('wide', 1);
  expect(await ask('wide', call('tool-0'))).toContain('/arguments/p0 must be integer');
});

it('denies a pinned tool once it is announced with another definition', async () => {
  answer = list(toolsOf(1, 10));
  expect(await ask('pinned', call('tool-0'))).toBe(answer);
  await ask('pinned', { method: 'tools/list' });
  const denied = async () => (await ask('pinned', call('tool-0'))).includes('Unknown tool: tool-0');
  await until(denied, 'the call to be denied');
});
