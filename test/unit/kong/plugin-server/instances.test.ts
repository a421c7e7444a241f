import { definePlugin, Metrics } from '../../../../kong/pdk';
import { Configurations } from '../../../../kong/plugin-server/configurations';
import { Instances } from '../../../../kong/plugin-server/instances';
import { silentLog } from '../../../support/silent-log';

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

function startLife(): Instances {
  const now = () => nowMs;
  const configurations = new Configurations({ metrics: new Metrics(), log: silentLog, now, env: {} });
  return new Instances(new Map([['one', plugin]]), configurations, now);
}

beforeEach(() => {
  nowMs = 1_790_000_000_000;
  disposals = 0;
});

const config = (key: string, content: object = {}) => JSON.stringify({ __key__: key, ...content });
const PATIENCE = { replacedMs: 600, silentMs: 86_400 };

it('gives each start an id of its own over one configuration', async () => {
  const instances = startLife();
  const started = await Promise.all([1, 2].map((seq) => instances.start('one', config('k', { __seq__: seq }))));
  expect(new Set(started.map(({ id }) => id)).size).toBe(2);
  expect(started[0]!.configuration).toBe(started[1]!.configuration);
  expect(instances.size).toBe(2);
  expect(instances.use(started[0]!.id)).toMatchObject({ id: started[0]!.id });
});

it('ids are int32 above 0, and never those of an earlier life', async () => {
  const seen = new Set<number>();
  for (const pauseMs of [1, 1000, 86_400_000, 60_000]) {
    const instances = startLife();
    for (let i = 0; i < 3; i++) {
      const { id } = await instances.start('one', config(`k${i}`));
      expect(id).toBeGreaterThan(0);
      expect(id).toBeLessThanOrEqual(2 ** 31 - 1);
      expect(seen).not.toContain(id);
      seen.add(id);
      nowMs += 1;
    }
    nowMs += pauseMs;
  }
});

it('goes on at 1 after the greatest id', async () => {
  nowMs = (2 ** 31 - 1) * 800 - 1;
  const instances = startLife();
  const [last, next] = [await instances.start('one', config('a')), await instances.start('one', config('b'))];
  expect([last.id, next.id]).toEqual([2 ** 31 - 1, 1]);
});

it.each([
  ['an unknown plugin', 'two', '{}', 'no plugin "two" in this server'],
  ['no JSON, whose text stays secret', 'one', '{"password": hunter2}', /^the config is no JSON object$/],
  ['a list', 'one', '[]', 'the config is no JSON object'],
  ['null', 'one', 'null', 'the config is no JSON object'],
  ['nothing', 'one', '', 'the config is no JSON object'],
])('refuses %s', async (_, name, text, message) => {
  const instances = startLife();
  await expect(instances.start(name, text)).rejects.toThrow(message);
  expect([instances.size, instances.knows(name)]).toEqual([0, name === 'one']);
});

it('closing the last instance releases the configuration; an unknown id is no matter', async () => {
  const instances = startLife();
  const [a, b] = [await instances.start('one', config('k')), await instances.start('one', config('k'))];
  instances.close(a.id);
  instances.close(a.id);
  instances.close(4711);
  await Promise.resolve();
  expect([instances.use(a.id), disposals]).toEqual([undefined, 0]);
  instances.close(b.id);
  await new Promise(setImmediate);
  expect([instances.size, disposals]).toEqual([0, 1]);
});

describe('closeForgotten', () => {
  it.each<[string, string, object, number, boolean]>([
    ['a replaced one that is silent', 'k', { word: 'new' }, 601, true],
    ['a replaced one that was used lately', 'k', { word: 'new' }, 600, false],
    ["another worker's with the same configuration", 'k', {}, 601, false],
    ['one at another place', 'other', { word: 'new' }, 601, false],
    ['any that was silent for very long', 'other', {}, 86_401, true],
  ])('%s', async (_, key, content, silenceMs, isClosed) => {
    const instances = startLife();
    const old = await instances.start('one', config('k'));
    const young = await instances.start('one', config(key, content));
    nowMs += silenceMs;
    instances.use(young.id);
    instances.closeForgotten(PATIENCE);
    expect([instances.use(old.id) === undefined, instances.use(young.id) === undefined]).toEqual([isClosed, false]);
  });

  it('leaves nothing of a gateway that reloads again and again', async () => {
    const instances = startLife();
    for (let reload = 0; reload < 100; reload++) {
      await instances.start('one', config('k', { word: reload }));
      nowMs += 601;
      instances.closeForgotten(PATIENCE);
    }
    expect(instances.size).toBe(1);
  });
});
