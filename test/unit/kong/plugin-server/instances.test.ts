import { definePlugin, Metrics } from '../../../../kong/pdk';
import { Configurations } from '../../../../kong/plugin-server/configurations';
import { Instances } from '../../../../kong/plugin-server/instances';
import { silentLog } from '../../../../kong/testkit/silent-log';

let nowMs = 0;
let disposals = 0;
const plugin = definePlugin({
  name: 'one',
  version: '1',
  priority: 1,
  onError: 'pass',
  fields: {},
  prepare: () => ({}),
  dispose: () => void (disposals += 1),
});

function startLife(...randomId: [() => number] | []): Instances {
  const now = () => nowMs;
  const configurations = new Configurations({ metrics: new Metrics(), log: silentLog, now, env: {} });
  return new Instances(new Map([['one', plugin]]), configurations, now, ...randomId);
}

beforeEach(() => {
  nowMs = 1_790_000_000_000;
  disposals = 0;
});

const config = (key: string, content: object = {}) => JSON.stringify({ __key__: key, ...content });
const PATIENCE = { replacedMs: 600, otherwiseMs: 86_400 };

it('returns a new id for each start of the same configuration', async () => {
  const instances = startLife();
  const started = await Promise.all([1, 2].map((seq) => instances.start('one', config('k', { __seq__: seq }))));
  expect(new Set(started.map(({ id }) => id)).size).toBe(2);
  expect(started[0]!.configuration).toBe(started[1]!.configuration);
  expect(instances.size).toBe(2);
  expect(instances.use(started[0]!.id)).toMatchObject({ id: started[0]!.id });
});

it('generates ids that cannot be guessed from other ids', async () => {
  const instances = startLife();
  const ids: number[] = [];
  for (let i = 0; i < 200; i++) ids.push((await instances.start('one', config(`k${i}`))).id);
  for (const id of ids) expect(id).toBeGreaterThan(0);
  for (const id of ids) expect(id).toBeLessThanOrEqual(2 ** 31 - 1);
  const gaps = new Set(ids.slice(1).map((id, i) => id - ids[i]!));
  // Counted-up ids have one gap; random ones in 31 bits repeat one by chance once in millions of runs.
  expect(gaps.size).toBeGreaterThan(190);
});

it('does not reuse an id that is in use', async () => {
  const drawn = [7, 7, 7, 9];
  const instances = startLife(() => drawn.shift()!);
  const [first, second] = [await instances.start('one', config('a')), await instances.start('one', config('b'))];
  expect([first.id, second.id]).toEqual([7, 9]);
});

it('closes the least recently used instance above the maximum number', async () => {
  const instances = startLife();
  const first = await instances.start('one', config('first'));
  for (let i = 0; i < 20_000; i++) {
    nowMs += 1;
    await instances.start('one', config('k'));
  }
  expect(instances.size).toBe(20_000);
  expect(instances.use(first.id)).toBeUndefined();
});

it.each([
  ['an unknown plugin', 'two', '{}', 'unknown plugin "two"'],
  ['text that is not JSON, without repeating it', 'one', '{"password": hunter2}', /^config is not a JSON object$/],
  ['a list', 'one', '[]', 'config is not a JSON object'],
  ['null', 'one', 'null', 'config is not a JSON object'],
  ['an empty config', 'one', '', 'config is not a JSON object'],
])('rejects %s', async (_, name, text, message) => {
  const instances = startLife();
  await expect(instances.start(name, text)).rejects.toThrow(message);
  expect([instances.size, instances.knows(name)]).toEqual([0, name === 'one']);
});

it('releases the configuration with its last instance, and ignores an unknown id', async () => {
  const instances = startLife();
  const [a, b] = [await instances.start('one', config('k')), await instances.start('one', config('k'))];
  expect(instances.close(a.id)).toBe(true);
  expect(instances.close(a.id)).toBe(false);
  instances.close(4711);
  await Promise.resolve();
  expect([instances.use(a.id), disposals]).toEqual([undefined, 0]);
  instances.close(b.id);
  await new Promise(setImmediate);
  expect([instances.size, disposals]).toEqual([0, 1]);
});

describe('closeIdle', () => {
  it.each<[string, string, object, number, boolean]>([
    ['closes a replaced instance that is idle', 'k', { word: 'new' }, 601, true],
    ['keeps a replaced instance that was used recently', 'k', { word: 'new' }, 600, false],
    ["keeps another worker's instance with the same configuration", 'k', {}, 601, false],
    ['keeps an instance of another scope', 'other', { word: 'new' }, 601, false],
    ['closes any instance that is idle for a day', 'other', {}, 86_401, true],
  ])('%s', async (_, key, content, silenceMs, isClosed) => {
    const instances = startLife();
    const old = await instances.start('one', config('k'));
    const young = await instances.start('one', config(key, content));
    nowMs += silenceMs;
    instances.use(young.id);
    instances.closeIdle(PATIENCE);
    expect([instances.use(old.id) === undefined, instances.use(young.id) === undefined]).toEqual([isClosed, false]);
  });

  it('keeps only the current instance of a gateway that reloads repeatedly', async () => {
    const instances = startLife();
    for (let reload = 0; reload < 100; reload++) {
      await instances.start('one', config('k', { word: reload }));
      nowMs += 601;
      instances.closeIdle(PATIENCE);
    }
    expect(instances.size).toBe(1);
  });
});
