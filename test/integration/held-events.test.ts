import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definePlugin, proceed, read } from '../../kong/pdk';
import { logInto, type LogLine } from '../../kong/testkit/log-lines';
import { servePlugins, type ServedPlugins } from '../../kong/testkit/serve-plugins';
import { mcpValidator } from '../../plugins/mcp-validator';
import { startCountingRelay, type CountingRelay } from '../support/counting-relay';
import { first } from '../support/held-plugins';
import { configOf, KongWorker, type RequestFacts } from '../support/kong-worker';

/** Like {@link first} for requests that it does not hold, but without a response phase. */
const streaming = definePlugin({
  name: 'streaming',
  version: '1.0.0',
  priority: 20,
  onError: 'reject',
  fields: {},
  prepare: () => undefined,
  access: { reads: { headers: read.headers() }, handle: () => proceed() },
});

const folder = mkdtempSync(join(tmpdir(), 'held-events-'));
const lines: LogLine[] = [];
let served: ServedPlugins | undefined;
let relay: CountingRelay | undefined;

beforeAll(async () => {
  served = await servePlugins([first, streaming, mcpValidator], logInto(lines));
  relay = await startCountingRelay(join(folder, 'relay.sock'), served.socket);
});
afterAll(async () => {
  await relay?.close();
  await served?.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  lines.length = 0;
});

const HELD = { headers: { first: 'keep' } };
/** Kong's protocol makes nothing of false. */
const RELEASE = ['kong.nginx.set_ctx', 'buffered_proxying', undefined];

/** The second access event of a worker: the first one also starts the instance. */
async function accessOf(plugin: string, facts: RequestFacts) {
  const worker = new KongWorker(plugin, relay!.socket);
  await worker.event('access');
  const [turns, asked] = [relay!.turns(), worker.asked.length];
  const result = await worker.event('access', facts);
  return { ...result, turns: relay!.turns() - turns, asked: worker.asked.slice(asked) };
}

it('releases a request without one more round trip than a plugin without a response phase', async () => {
  const plain = await accessOf('streaming', {});
  const released = await accessOf('first', {});
  expect(plain.effects).toEqual([]);
  expect(released.effects).toEqual([RELEASE]);
  expect(released.asked).toEqual(plain.asked);
  expect([plain.turns, released.turns]).toEqual([2, 2]);
});

it('asks in one round trip more whether Kong can hold an answer, and says who holds it', async () => {
  const held = await accessOf('first', HELD);
  expect(held.turns).toBe(3);
  expect(held.asked.slice(1)).toEqual(['kong.nginx.get_var upstream_upgrade']);
  expect(held.exit).toBeUndefined();
  expect(held.effects).not.toContainEqual(RELEASE);
  expect(held.shared['held']).toMatchObject({ by: ['first'] });
});

it('sends the failure of the hold at once if Kong does not hold the answer, and logs it once', async () => {
  const worker = new KongWorker('first', relay!.socket);
  for (let i = 0; i < 2; i++) {
    const { exit } = await worker.event('access', { ...HELD, holds: false });
    expect([exit?.status, exit?.body]).toEqual([200, '{"failed":"first"}']);
  }
  expect(lines.map(({ level, fields }) => [level, fields])).toEqual([['error', { plugin: 'first', phase: 'access' }]]);
  // Requests that are not held pass.
  expect((await worker.event('access', { holds: false })).exit).toBeUndefined();
});

it('releases nothing where Kong does not hold, because its description lacks the response phase', async () => {
  const worker = new KongWorker('first', relay!.socket);
  for (let i = 0; i < 2; i++) expect((await worker.event('access', { holds: false })).effects).toEqual([]);
});

it('sends the failure of the hold for a switch to another protocol, and logs nothing', async () => {
  const { exit } = await new KongWorker('first', relay!.socket).event('access', { ...HELD, upgrade: 'websocket' });
  expect([exit?.status, exit?.body, lines]).toEqual([200, '{"failed":"first"}', []]);
});

it('asks only once in the life of a worker whether Kong holds answers at all, but for each held request about upgrades', async () => {
  const worker = new KongWorker('first', relay!.socket);
  const HEADERS = 'kong.request.get_headers 1000';
  await worker.event('access');
  await worker.event('access');
  await worker.event('access', HELD);
  expect(worker.asked).toEqual([
    'kong.nginx.get_ctx buffered_proxying',
    HEADERS,
    HEADERS,
    HEADERS,
    'kong.nginx.get_var upstream_upgrade',
  ]);
  const { exit } = await worker.event('access', { ...HELD, upgrade: 'websocket' });
  expect(exit?.body).toBe('{"failed":"first"}');
  // A worker that Kong started with an older description, of the same configuration.
  const older = new KongWorker('first', relay!.socket);
  expect((await older.event('access', { ...HELD, holds: false })).exit?.body).toBe('{"failed":"first"}');
});

it('calls Kong for a held list only for what the request has: no header is cleared that is not there', async () => {
  const worker = new KongWorker('mcp-validator', relay!.socket);
  const config = configOf('mcp-validator', { tools: { deny: ['hidden'] } });
  const ask = (headers: Record<string, string> = {}) =>
    worker.event(
      'access',
      {
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
        body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
      },
      config,
    );
  const plain = await ask();
  expect(plain.effects).toEqual([['kong.service.request.set_headers', { 'Accept-Encoding': 'identity' }]]);
  expect(Object.keys(plain.shared).sort()).toEqual(['held', 'mcp', 'mcp_held']);
  const { effects } = await ask({ 'if-none-match': '"1"', range: 'bytes=0-9' });
  expect(effects).toEqual([
    ['kong.service.request.set_headers', { 'if-none-match': [], range: [], 'Accept-Encoding': 'identity' }],
  ]);
});
