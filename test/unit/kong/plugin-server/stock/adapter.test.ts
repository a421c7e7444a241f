import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { definePlugin, field, proceed, read, reject, type OnError, type Outcome } from '../../../../../kong/pdk';
import { toStockPlugin } from '../../../../../kong/plugin-server/stock/adapter';
import { fromMsgPack } from '../../../../../kong/plugin-server/stock/values';

type Call = readonly [method: string, ...args: unknown[]];
type Answer = (method: string) => unknown;

/** The `kong` object that npm kong-pdk passes to a phase; records each call and returns the result of `answer`. */
function stockKong(answer: Answer = () => undefined) {
  const calls: Call[] = [];
  const at = (path: string): object =>
    new Proxy(() => undefined, {
      get: (_, name) => at(`${path}.${String(name)}`),
      apply: async (_, __, args: unknown[]) => {
        calls.push([path, ...args]);
        await Promise.resolve();
        return answer(path);
      },
    });
  return { kong: at('kong'), calls };
}

// The failures below are intended.
process.env['LOG_LEVEL'] = 'silent';

const disposed: string[] = [];
let isBroken = false;

const stockOf = (decide: (method: string) => Outcome, onError: OnError = 'reject') =>
  toStockPlugin(
    definePlugin({
      name: 'one',
      version: '1.2.3',
      priority: 9,
      onError,
      fields: { word: field.string({ description: 'A word of the test', required: true }) },
      prepare: ({ word }) => {
        if (isBroken) throw new Error('word: must not be broken');
        return { word };
      },
      dispose: ({ word }) => void disposed.push(word),
      access: {
        reads: { method: read.method(), mcp: read.shared('mcp', (value) => value) },
        more: { reads: { ip: read.forwardedIp() }, isNeeded: ({ method }) => method === 'PUT' },
        handle: (_, { method }, more) => decide(more ? `${method} ${more.ip}` : method),
      },
      log: {
        reads: { entry: read.logEntry() },
        neededBy: ({ word }) => (word === 'wanted' ? ['word'] : []),
        handle: () => undefined,
      },
    }),
  );

type Phases = Readonly<Record<'access' | 'log', (kong: unknown) => Promise<void>>>;
let keys = 0;

/** Each start has a configuration of its own, since the tests' plugins have the same name. */
const start = (decide: (method: string) => Outcome, config: object = {}, onError?: OnError): Phases =>
  new (stockOf(decide, onError).Plugin)({ word: 'w', __key__: `k${keys++}`, ...config }) as Phases;

const reads: Call[] = [['kong.request.get_method'], ['kong.ctx.shared.get', 'mcp']];
const exit500: Call = [
  'kong.response.exit',
  500,
  expect.any(Buffer),
  { 'Content-Type': 'application/json; charset=utf-8' },
];
const bug = (): never => {
  throw new Error('a bug');
};

beforeEach(() => {
  isBroken = false;
});

it('exports what the stock server expects, with phases on the prototype', () => {
  const { Plugin, ...rest } = stockOf(() => proceed());
  expect(rest).toEqual({
    Name: 'one',
    Version: '1.2.3',
    Priority: 9,
    Schema: [{ word: { type: 'string', description: 'A word of the test', required: true } }],
  });
  expect(Object.getOwnPropertyNames(Plugin.prototype).sort()).toEqual(['access', 'constructor', 'log']);
});

it.each<[string, () => Outcome, Call[]]>([
  ['no effects', () => proceed(), []],
  [
    'every effect in order',
    () =>
      proceed({
        share: { a: 1 },
        responseHeaders: { R: 'r' },
        upstreamHeaders: { U: ['u'] },
        clearUpstreamHeaders: ['C'],
      }),
    [
      ['kong.ctx.shared.set', 'a', 1],
      ['kong.response.set_headers', { R: 'r' }],
      ['kong.service.request.set_headers', { C: [], U: ['u'] }],
    ],
  ],
  [
    'an exit as the last effect',
    () => reject({ status: 400, headers: { H: 'h' }, body: 'no', share: { why: 'x' } }),
    [
      ['kong.ctx.shared.set', 'why', 'x'],
      ['kong.response.exit', 400, Buffer.from('no'), { H: 'h' }],
    ],
  ],
  ['a rejection for a bug', bug, [exit500]],
])('reads the facts and applies %s', async (_, decide, effects) => {
  const { kong, calls } = stockKong((method) => (method === 'kong.request.get_method' ? 'POST' : undefined));
  await start(decide).access(kong);
  expect(calls).toEqual([...reads, ...effects]);
});

it('reads the second batch only if the first batch shows that it is needed', async () => {
  const { kong, calls } = stockKong((method) => (method === 'kong.request.get_method' ? 'PUT' : '::1'));
  await start((seen) => proceed({ share: { seen } })).access(kong);
  expect(calls).toEqual([...reads, ['kong.client.get_forwarded_ip'], ['kong.ctx.shared.set', 'seen', 'PUT ::1']]);
});

it('lets the request pass if an observer has a bug', async () => {
  const { kong, calls } = stockKong();
  await start(bug, {}, 'pass').access(kong);
  expect(calls).toEqual(reads);
});

it('rejects the request if an effect of a guard fails in Kong', async () => {
  const { kong, calls } = stockKong((method) =>
    method === 'kong.ctx.shared.set' ? Promise.reject(new Error('PDK')) : '',
  );
  await start(() => proceed({ share: { a: 1 } })).access(kong);
  expect(calls.at(-1)).toEqual(exit500);
});

it.each([
  ['w', []],
  ['wanted', [['kong.log.serialize']]],
])('reads only in a wanted log phase (%s)', async (word, asked) => {
  const { kong, calls } = stockKong();
  await start(() => proceed(), { word }).log(kong);
  expect(calls).toEqual(asked);
});

it('rejects requests under an invalid configuration', async () => {
  isBroken = true;
  const { kong, calls } = stockKong();
  await start(() => proceed(), { word: 'broken' }).access(kong);
  expect(calls).toEqual([exit500]);
});

it('releases a configuration after its last instance is garbage-collected', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const kept = start(() => proceed(), { word: 'kept' });
  await start(() => proceed(), { word: 'dropped' }).access(stockKong().kong);
  const deadline = Date.now() + 10_000;
  while (!disposed.includes('dropped') && Date.now() < deadline) {
    collect();
    await new Promise(setImmediate);
  }
  expect(disposed).toContain('dropped');
  expect(disposed).not.toContain('kept');
  await kept.access(stockKong().kong);
});

it.each<[unknown, object]>([
  [Buffer.from('b'), { kind: 'bytes', bytes: Buffer.from('b') }],
  ['text', { kind: 'bytes', bytes: Buffer.from('text') }],
  ['', { kind: 'bytes', bytes: Buffer.alloc(0) }],
  [undefined, { kind: 'spilled' }],
  [null, { kind: 'spilled' }],
])('converts a body that arrives as %p', (value, body) => {
  expect(fromMsgPack('kong.request.get_raw_body', value)).toEqual(body);
});

it('returns other facts unchanged', () => {
  const value = { a: ['1'] };
  expect(fromMsgPack('kong.request.get_headers', value)).toBe(value);
});
