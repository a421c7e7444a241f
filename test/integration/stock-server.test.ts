import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describePlugin } from '../../kong/plugin-server/describe';
import { encodeJson, type LuaValue } from '../../kong/stand-in/lua/value';
import { MpRpc } from '../../kong/stand-in/rpc/mp-rpc';
import { until } from '../../kong/testkit/until';
import { plugins } from '../../plugins';
import { LARGE_BODY_BYTES } from '../../plugins/shared/runtime/side-thread/large-body';
import { ISSUER, jwksOf, signingKey } from '../support/access-tokens';
import { logEntry, sharedCapture } from '../support/exchange';
import { configOf, KongWorker, type RequestFacts } from '../support/kong-worker';

/** The server of npm kong-pdk with each plugin of the suite, in the directories that `kong-ai-plugins stock` writes. */
const STOCK = resolve('node_modules/kong-pdk/bin/kong-js-pluginserver');
const PROGRAM = resolve('dist/plugins/main.js');
const folder = mkdtempSync(join(tmpdir(), 'stock-server-'));
const laidOut = join(folder, 'stock');

interface StockServer {
  readonly child: ChildProcess;
  readonly socket: string;
  output: string;
}
const servers = new Map<string, StockServer>();

async function finished(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(0);
  return output;
}

beforeAll(async () => {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: run "npm run build" first`);
  await finished([PROGRAM, 'stock', '--out', laidOut]);
  for (const { name } of plugins) {
    const args = [STOCK, '-p', folder, '--sock-name', `${name}.sock`, '-d', join(laidOut, name)];
    // Port 0 selects any free port; the log contains the chosen one.
    const env = { ...process.env, KONG_AI_METRICS: '127.0.0.1:0', LOG_LEVEL: 'info' };
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    const server: StockServer = { child, socket: join(folder, `${name}.sock`), output: '' };
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (server.output += chunk.toString()));
    servers.set(name, server);
  }
  await until(() => [...servers.values()].every(({ socket }) => existsSync(socket)), 'the stock servers', 30_000);
}, 60_000);

afterAll(async () => {
  for (const { child } of servers.values()) {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  rmSync(folder, { recursive: true });
});

const workerOf = (plugin: string): KongWorker => new KongWorker(plugin, servers.get(plugin)!.socket, MpRpc);

const headers = {
  'content-type': ['application/json'],
  accept: ['application/json, text/event-stream'],
  'x-bin': ['\xff\0'],
};
const call = '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"add","arguments":{"a":5}}}';
const logged: RequestFacts = {
  headers,
  body: call,
  entry: encodeJson(JSON.parse(logEntry()) as never),
  shared: { capture: sharedCapture(call, '{"jsonrpc":"2.0","id":7,"result":{}}') as never },
};

it('writes one directory with a single entry per plugin, with the description that Kong gets', async () => {
  expect(readdirSync(laidOut).sort()).toEqual(plugins.map(({ name }) => name).sort());
  for (const { name } of plugins) expect(readdirSync(join(laidOut, name))).toEqual([`${name}.js`]);
  const [plugin] = plugins;
  const [dump] = JSON.parse(await finished([STOCK, '-d', join(laidOut, plugin!.name), '--dump-all-plugins'])) as [
    { Phases: string[]; Schema: { fields: object[] } },
  ];
  const { Schema, Phases, ...info } = describePlugin(plugin!);
  expect(dump).toMatchObject(info);
  // It holds no responses.
  expect([...dump.Phases].sort()).toEqual(Phases.filter((phase) => phase !== 'response').sort());
  expect(dump.Schema.fields).toMatchObject([{ config: { fields: Schema.fields[0]!['config']!.fields } }]);
});

const AUTH = {
  resource: 'https://ai.example.com/mcp',
  issuers: [{ issuer: ISSUER, discovery: false, jwks: JSON.stringify(jwksOf(signingKey('k'))) }],
  unauthenticated: 'pass',
};
const LIMITED = { rules: [{ name: 'add', windows: [{ limit: 1000, window_seconds: 60 }] }] };
/** The configs of plugins that need one. */
const CONFIGS: Readonly<Record<string, Readonly<Record<string, LuaValue>>>> = {
  'mcp-auth': AUTH,
  'mcp-tool-rate-limit': LIMITED,
  'mcp-guard': { 'mcp-auth': AUTH, 'mcp-validator': {}, 'mcp-tool-rate-limit': LIMITED },
};

/** It needs the HTTP listener, which this server has not. */
const AGENT = 'llm-mcp-agent';
const runnable = plugins.filter(({ name }) => name !== AGENT);

describe.each(runnable.map((plugin) => [plugin.name, plugin] as const))('%s', (name, plugin) => {
  it.each(describePlugin(plugin).Phases.filter((phase) => phase !== 'response'))(
    'runs an event of its %s phase',
    async (phase) => {
      const worker = workerOf(name);
      const { exit } = await worker.event(phase, logged, configOf(name, CONFIGS[name]));
      expect(exit).toBeUndefined();
      expect(worker.logs).toEqual([]);
      expect(servers.get(name)!.output).not.toMatch(/handler threw|could not start|unhandled/);
    },
  );
});

it('rejects every request to the agent, and says that it needs the HTTP listener', async () => {
  const agent = { name: 'a', llm_path: '/llm', servers: [{ name: 's', path: '/s', allow: ['*'] }] };
  const { exit } = await workerOf(AGENT).event('access', logged, configOf(AGENT, agent));
  expect(exit).toMatchObject({ status: 500 });
  // The log arrives by another way than the response.
  const isLogged = () => /needs the HTTP listener of the plugin server/.test(servers.get(AGENT)!.output);
  await until(isLogged, 'the line about the HTTP listener');
});

it('rejects invalid requests repeatedly with the validator', async () => {
  const worker = workerOf('mcp-validator');
  for (let i = 0; i < 50; i++) {
    const { exit } = await worker.event('access', { headers, body: 'not json' });
    expect([exit?.status, JSON.parse(exit?.body ?? '')]).toMatchObject([400, { error: { code: -32700 } }]);
  }
  expect(worker.logs).toEqual([]);
});

it('checks a large body', async () => {
  const worker = workerOf('mcp-validator');
  const large = 'x'.repeat(LARGE_BODY_BYTES);
  const { exit } = await worker.event('access', { headers, body: call.replace('"a":5', `"b":["${large}"]`) });
  expect(exit).toBeUndefined();
  const rejected = await worker.event('access', { headers, body: call.replace('"a":5', `"b":["${large}"],"b":0`) });
  expect(JSON.parse(rejected.exit?.body ?? '')).toMatchObject({ error: { code: -32700 } });
  expect(worker.logs).toEqual([]);
});

it('rejects a call above the limit', async () => {
  const worker = workerOf('mcp-tool-rate-limit');
  const config = configOf('mcp-tool-rate-limit', {
    denial: 'http_429',
    rules: [{ name: 'add', windows: [{ limit: 1, window_seconds: 60 }] }],
  });
  const answers = [
    await worker.event('access', { headers, body: call }, config),
    await worker.event('access', { headers, body: call }, config),
  ];
  expect(answers.map(({ exit }) => exit?.status)).toEqual([undefined, 429]);
  expect(JSON.parse(answers[1]?.exit?.body ?? '')).toMatchObject({ id: 7, error: { code: 429 } });
});

it('rejects a request under an invalid configuration', async () => {
  const worker = workerOf('mcp-validator');
  const { exit } = await worker.event(
    'access',
    { headers, body: call },
    configOf('mcp-validator', { tools: { schemas: { add: 'no json' } } }),
  );
  expect(exit?.status).toBe(500);
});

it('serves its metrics at the address in KONG_AI_METRICS', async () => {
  const server = servers.get('mcp-validator')!;
  await workerOf('mcp-validator').event('access', { headers, body: call }, configOf('mcp-validator'));
  await until(() => server.output.includes('serving metrics'), 'the address in the log');
  const [, url] = /"url":"(http:[^"]+)"/.exec(server.output) ?? [];
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/^mcp_validator_\w+\{/m);
  expect(metrics).toMatch(/^process_resident_memory_bytes /m);
});
