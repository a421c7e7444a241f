import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startTestGateway, type TestGateway } from '../../../kong/testkit/gateway';
import { send, valuesOf } from '../../../kong/testkit/http';
import { until } from '../../../kong/testkit/until';
import { echo, echoed, startUpstream, type TestUpstream } from '../../../kong/testkit/upstream';

const cli = resolve('node_modules/kong-pdk/bin/kong-js-pluginserver');
const folder = mkdtempSync(join(tmpdir(), 'kong-stock-'));
const plugins = join(folder, 'plugins');
const socket = join(folder, 'stock.sock');

/** A plugin in the classic shape, for the stock server: it does what the request's headers say. */
const PLUGIN = `
class Stock {
  constructor(config) { this.config = config }
  async access(kong) {
    const headers = await kong.request.getHeaders()
    if (headers['x-do']?.[0] === 'exit') return kong.response.exit(418, 'no ' + this.config.word, { 'X-Word': this.config.word })
    if (headers['x-do']?.[0] === 'throw') throw new Error('on purpose')
    const body = await kong.request.getRawBody()
    const given = await kong.ctx.shared.get('given')
    const consumer = await kong.client.getConsumer()
    await kong.ctx.shared.set('from', { stock: true, list: [1, 'a'] })
    await kong.service.request.setHeader('X-Seen', JSON.stringify({
      hex: Buffer.from(body).toString('hex'), two: headers['x-two'], given, consumer: consumer?.username,
      query: await kong.request.getQuery(), path: await kong.request.getPath(),
    }))
    await kong.response.setHeader('X-Config', JSON.stringify(this.config))
  }
  async log(kong) {
    const entry = JSON.parse(await kong.log.serialize())
    await kong.log.notice('logged ' + entry.response.status + ' ' + JSON.stringify((await kong.ctx.shared.get('from')).list))
  }
}
module.exports = {
  Plugin: Stock, Name: 'stock', Version: '1.0.0', Priority: 10,
  Schema: [{ word: { type: 'string', default: 'way' } }],
}
`;

let stock: ChildProcess | undefined;
let upstream: TestUpstream;
let gateway: TestGateway;

async function startStock(): Promise<void> {
  rmSync(socket, { force: true });
  stock = spawn(process.execPath, [cli, '-p', folder, '--sock-name', 'stock.sock', '-d', plugins], { stdio: 'ignore' });
  await until(() => existsSync(socket), 'the stock server');
}

async function stopStock(): Promise<void> {
  const gone = once(stock!, 'exit');
  stock!.kill('SIGKILL');
  await gone;
}

const configText = () => `
services: [{ name: s, url: "${upstream.url}", routes: [{ paths: [/] }], plugins: [{ name: stock }] }]
consumers: [{ username: ann, keyauth_credentials: [{ key: k1 }] }]
plugins:
- { name: key-auth, config: { anonymous: nobody } }
- name: pre-function
  config: { access: ["kong.ctx.shared.given = { a = 1 }"], log: ["kong.log.notice('lua sees ', kong.ctx.shared.from and kong.ctx.shared.from.list[2])"] }
`;

beforeAll(async () => {
  mkdirSync(plugins);
  writeFileSync(join(plugins, 'stock.js'), PLUGIN);
  [upstream] = await Promise.all([startUpstream(echo), startStock()]);
  gateway = await startTestGateway({
    kongYml: configText(),
    settings: {
      plugins: 'bundled,stock',
      pluginserver_names: 'js',
      pluginserver_js_socket: socket,
      pluginserver_js_query_cmd: `"${process.execPath}" "${cli}" -d "${plugins}" --dump-all-plugins`,
    },
  });
}, 30_000);

afterAll(async () => {
  await gateway.close();
  await upstream.close();
  await stopStock();
  rmSync(folder, { recursive: true });
});

const call = (headers: Record<string, string | string[]> = {}, body?: Buffer) =>
  send(`${gateway.proxyUrl}/x?q=1&q=2&flag`, { method: 'POST', headers: { apikey: 'k1', ...headers } }, body);

it('serves a plugin of the stock server', async () => {
  const answer = await call({ 'X-Two': ['a', 'b'] }, Buffer.from([0, 128, 255]));
  const [seen = ''] = valuesOf(echoed(answer).headers, 'x-seen');
  expect(JSON.parse(seen)).toEqual({
    hex: '0080ff',
    two: ['a', 'b'],
    given: { a: 1 },
    consumer: 'ann',
    query: { q: ['1', '2'], flag: [] },
    path: '/x',
  });
  expect(JSON.parse(String(answer.headers['x-config']))).toMatchObject({
    word: 'way',
    service_id: expect.any(String) as string,
    __seq__: expect.any(Number) as number,
  });
});

it('runs its log phase after the response, and Lua sees its shared values', async () => {
  gateway.logs.length = 0;
  await call();

  await until(() => gateway.logs.some((line) => line.includes('logged 200 [1,"a"]')), 'the log');
  expect(gateway.logs.join()).toContain('lua sees a');
});

it('ends the request where the plugin exits', async () => {
  const { status, body, headers } = await call({ 'X-Do': 'exit' });
  expect([status, body.toString(), headers['x-word']]).toEqual([418, 'no way', 'way']);
});

it('forwards a request whose handler throws, like Kong', async () => {
  expect((await call({ 'X-Do': 'throw' })).status).toBe(200);
});

it('responds with 500 for a body in a file', async () => {
  const { status, body } = await call({}, Buffer.alloc(20_000));
  expect([status, JSON.parse(body.toString())]).toMatchObject([500, { message: 'An unexpected error occurred' }]);
});

it('forwards requests of a warm worker without the server, and recovers with a new server', async () => {
  await call();
  await call();
  await stopStock();
  gateway.logs.length = 0;
  const { status, headers } = await call();
  expect([status, headers['x-config']]).toEqual([200, undefined]);
  expect(gateway.logs.join()).toMatch(/trying to connect: (connection refused|no such file or directory)/);
  await startStock();
  const answers = [await call(), await call()];
  // The new server knows no instance: each worker starts its own again.
  expect(answers.map(({ headers: own }) => own['x-config'] !== undefined)).toEqual([true, true]);
}, 20_000);

it('responds with 500 on a cold worker without the server', async () => {
  await stopStock();
  await gateway.reload(
    `_format_version: "3.0"\n${configText().replace('name: stock', 'name: stock, config: { word: cold }')}`,
  );
  expect((await call()).status).toBe(500);
  await startStock();
}, 20_000);
