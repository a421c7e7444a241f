import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definePlugin, field, Metrics, proceed, read, reject, type Plugin } from '../../../kong/pdk';
import { answerQuery } from '../../../kong/plugin-server/describe';
import { PluginServer } from '../../../kong/plugin-server/server';
import { startTestGateway, type TestGateway } from '../../../kong/testkit/gateway';
import { send, valuesOf } from '../../../kong/testkit/http';
import { silentLog } from '../../../kong/testkit/silent-log';
import { until } from '../../../kong/testkit/until';
import { echo, echoed, startUpstream, type TestUpstream } from '../../../kong/testkit/upstream';

const entries: string[] = [];
const plugins: readonly Plugin[] = [
  definePlugin({
    name: 'guard',
    version: '1.0.0',
    priority: 930,
    fields: { word: field.string({ description: 'What a body may not hold', required: true }) },
    onError: 'reject',
    prepare: ({ word }) => word,
    access: {
      reads: { headers: read.headers(), body: read.rawBody(), consumer: read.consumer() },
      handle: (word, { headers, body, consumer }) => {
        if (headers.has('x-throw')) throw new Error('a bug');
        if (body.kind !== 'bytes') return reject({ status: 413, headers: {}, body: 'spilled' });
        if (Buffer.from(body.bytes).includes(word)) {
          return reject({ status: 400, headers: { 'X-Why': word }, body: `no ${word}` });
        }
        return proceed({
          share: { guard: [body.bytes.length, consumer?.username ?? 'nobody'] },
          responseHeaders: { 'X-Guard': 'passed' },
          upstreamHeaders: { 'X-Two': ['a', 'b'] },
        });
      },
    },
  }),
  definePlugin({
    name: 'watch',
    version: '1.0.0',
    priority: 10,
    fields: {},
    onError: 'pass',
    prepare: () => undefined,
    log: {
      reads: { entry: read.logEntry(), guard: read.shared('guard', (value) => value) },
      handle: (_, { entry, guard }) => {
        const { status } = entry?.['response'] as { status: number };
        entries.push(`${status} ${JSON.stringify(guard)}`);
      },
    },
  }),
];

const folder = mkdtempSync(join(tmpdir(), 'kong-own-'));
const socket = join(folder, 'plugins.sock');
const startServer = async (): Promise<PluginServer> => {
  const server = new PluginServer({
    plugins,
    socket,
    socketAccess: { mode: 0o666 },
    frameTimeoutMs: 10_000,
    maxFrameBytes: 1 << 24,
    maxHeldBytes: 1 << 26,
    maxConnections: 1000,
    stopTimeoutMs: 2000,
    metrics: new Metrics(),
    log: silentLog,
  });
  await server.listen();
  return server;
};

let server: PluginServer;
let upstream: TestUpstream;
let gateway: TestGateway;

beforeAll(async () => {
  for (const plugin of plugins) writeFileSync(join(folder, `${plugin.name}.json`), JSON.stringify(answerQuery(plugin)));
  [server, upstream] = await Promise.all([startServer(), startUpstream(echo)]);
  gateway = await startTestGateway({
    kongYml: `
services:
- name: s
  url: ${upstream.url}
  routes: [{ paths: [/] }]
  plugins: [{ name: guard, config: { word: evil } }, { name: watch }]
`,
    settings: Object.fromEntries<string>([
      ['plugins', 'bundled,guard,watch'],
      ['pluginserver_names', 'guard,watch'],
      ...plugins.flatMap(({ name }): [string, string][] => [
        [`pluginserver_${name}_socket`, socket],
        [`pluginserver_${name}_query_cmd`, `cat ${join(folder, `${name}.json`)}`],
      ]),
    ]),
  });
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  entries.length = 0;
});

const post = (body: string | Buffer, headers = {}) => send(gateway.proxyUrl, { method: 'POST', headers }, body);

it('forwards what the plugin allows, with its effects, and runs the log phase', async () => {
  const answer = await post('fine');
  expect([answer.status, answer.headers['x-guard']]).toEqual([200, 'passed']);
  expect(valuesOf(echoed(answer).headers, 'x-two')).toEqual(['a', 'b']);
  await until(() => entries.includes('200 [4,"nobody"]'), 'the log phase');
});

it.each<[string, string | Buffer, object, number, string]>([
  ['what it refuses', 'evil', {}, 400, 'no evil'],
  ['what spilled to a file', Buffer.alloc(20_000), {}, 413, 'spilled'],
])('rejects %s', async (_, body, headers, status, text) => {
  const answer = await post(body, headers);
  expect([answer.status, answer.body.toString()]).toEqual([status, text]);
});

it('rejects a request whose handler has a bug', async () => {
  expect((await post('fine', { 'X-Throw': '1' })).status).toBe(500);
});

it('handles many requests at the same time', async () => {
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => post(i % 2 ? 'fine' : 'evil')));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 200 }, (_, i) => (i % 2 ? 200 : 400)));
});

it('forwards nothing while the server is down, and recovers when it is back', async () => {
  await server.stop();
  expect(await Promise.all([post('fine'), post('evil'), post('fine')])).toMatchObject([
    { status: 500 },
    { status: 500 },
    { status: 500 },
  ]);
  server = await startServer();
  expect((await post('fine')).status).toBe(200);
  expect((await post('evil')).status).toBe(400);
});
