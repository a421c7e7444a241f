import { definePlugin, field, Metrics, type Log, type Plugin, type Resources } from '../../../../kong/pdk';
import { Configurations } from '../../../../kong/plugin-server/configurations';

interface Life {
  readonly word: string;
  readonly resources: Resources;
}

/** A plugin whose preparation the test controls. */
function watchedPlugin(prepare: () => Promise<void> | void = () => undefined) {
  const prepared: Life[] = [];
  const disposed: Life[] = [];
  const plugin = definePlugin({
    name: 'watched',
    version: '1.0.0',
    priority: 1,
    onError: 'reject',
    fields: { word: field.string({ description: 'A word of the test', default: 'none' }) },
    prepare: async ({ word }, resources): Promise<Life> => {
      prepared.push({ word, resources });
      await prepare();
      return prepared.at(-1)!;
    },
    dispose: async (life) => {
      await Promise.resolve();
      disposed.push(life);
    },
  });
  return { plugin, prepared, disposed };
}

const errors: string[] = [];
const silent = (): void => undefined;
const log: Log = { debug: silent, info: silent, warn: silent, error: (_, message) => errors.push(message) };
let nowMs = 0;
const hosted = (): Configurations =>
  new Configurations({ metrics: new Metrics(), log, now: () => nowMs, env: { A: 'a' } });

beforeEach(() => {
  nowMs = 1_000_000;
  errors.length = 0;
});

const raw = (seq: number, config: object = { word: 'w' }) => ({
  ...config,
  __key__: 'plugins:watched:r::',
  __seq__: seq,
  __plugin_id: `id-${seq}`,
});

it('prepares once for all holders, and disposes after the last release', async () => {
  const { plugin, prepared, disposed } = watchedPlugin();
  const configurations = hosted();
  const holds = await Promise.all([1, 2, 3].map((seq) => configurations.acquire(plugin, raw(seq))));
  expect(new Set(holds.map(({ configuration }) => configuration)).size).toBe(1);
  expect([prepared.length, configurations.size]).toEqual([1, 1]);

  const [first, second, third] = holds;
  first!.release();
  first!.release();
  second!.release();
  await Promise.resolve();
  expect([disposed.length, configurations.size]).toEqual([0, 1]);
  third!.release();
  expect(configurations.size).toBe(0);
  await configurations.closeAll();
  expect(disposed).toEqual(prepared);
});

it('prepares a configuration again after its last holder released it', async () => {
  const { plugin, prepared } = watchedPlugin();
  const configurations = hosted();
  (await configurations.acquire(plugin, raw(1))).release();
  await configurations.acquire(plugin, raw(1));
  expect(prepared).toHaveLength(2);
});

it('passes config, environment and scope to the plugin', async () => {
  const { plugin, prepared } = watchedPlugin();
  await hosted().acquire(plugin, { ...raw(1), word: null, service_id: 's', route_id: 'r', consumer_id: null });
  expect(prepared).toMatchObject([
    { word: 'none', resources: { env: { A: 'a' }, scope: { serviceId: 's', routeId: 'r' } } },
  ]);
  expect(prepared[0]!.resources.scope).not.toHaveProperty('consumerId');
});

it('reports a failure to all waiting holders, keeps it for a second, and then tries again', async () => {
  let isBroken = true;
  const { plugin, prepared, disposed } = watchedPlugin(() => {
    if (isBroken) throw new Error('word: no such thing');
  });
  const configurations = hosted();
  const attempts = [1, 2].map((seq) => configurations.acquire(plugin, raw(seq)));
  await Promise.all(attempts.map((attempt) => expect(attempt).rejects.toThrow('word: no such thing')));
  isBroken = false;
  nowMs += 999;
  await expect(configurations.acquire(plugin, raw(3))).rejects.toThrow('word: no such thing');
  expect([prepared.length, configurations.size]).toEqual([1, 0]);
  nowMs += 1;
  await expect(configurations.acquire(plugin, raw(4))).resolves.toMatchObject({ configuration: { plugin } });
  expect([prepared.length, configurations.size]).toEqual([2, 1]);
  await configurations.closeAll();
  expect(disposed).toHaveLength(1);
});

it('removes an old failure although its configuration is not requested again', async () => {
  const { plugin, prepared } = watchedPlugin(() => {
    throw new Error('no');
  });
  const configurations = hosted();
  for (let i = 0; i < 5; i++) {
    await expect(configurations.acquire(plugin, raw(1, { word: `w${i}` }))).rejects.toThrow('no');
    nowMs += 1000;
  }
  expect(prepared).toHaveLength(5);
  expect(configurations['entries'].size).toBe(1);
});

it('shares a preparation that is in progress with a new holder', async () => {
  let finish = (): void => undefined;
  const { plugin, prepared, disposed } = watchedPlugin(() => new Promise<void>((resolve) => (finish = resolve)));
  const configurations = hosted();
  const [first, second] = [configurations.acquire(plugin, raw(1)), configurations.acquire(plugin, raw(2))];
  finish();
  (await first).release();
  expect([prepared.length, configurations.size]).toEqual([1, 1]);
  (await second).release();
  await configurations.closeAll();
  expect(disposed).toHaveLength(1);
});

it('closeAll disposes of every held or prepared configuration once', async () => {
  let finish = (): void => undefined;
  const slow = watchedPlugin(() => new Promise<void>((resolve) => (finish = resolve)));
  const quick = watchedPlugin();
  const configurations = hosted();
  const { release } = await configurations.acquire(quick.plugin, raw(1));
  const late = configurations.acquire(slow.plugin, raw(2, { word: 'slow' }));
  const closing = configurations.closeAll();
  finish();
  await closing;
  release();
  (await late).release();
  await configurations.closeAll();
  expect([quick.disposed.length, slow.disposed.length]).toEqual([1, 1]);
});

it('closeAll waits for disposals in progress, and continues if one fails', async () => {
  let finish = (): void => undefined;
  const flushing = new Promise<void>((resolve) => (finish = resolve));
  const events: string[] = [];
  const slow: Plugin = { ...watchedPlugin().plugin, dispose: () => flushing.then(() => void events.push('flushed')) };
  const broken: Plugin = {
    ...watchedPlugin().plugin,
    dispose: () => {
      throw new Error('no');
    },
  };
  const configurations = hosted();
  for (const [i, plugin] of [slow, broken].entries())
    (await configurations.acquire(plugin, raw(1, { word: `w${i}` }))).release();
  const closing = configurations.closeAll().then(() => events.push('closed'));
  await Promise.resolve();
  finish();
  await closing;
  expect(events).toEqual(['flushed', 'closed']);
  expect(errors).toEqual(['configuration disposal failed']);
});

it('accepts a plugin without dispose', async () => {
  const plugin = definePlugin({
    name: 'plain',
    version: '1',
    priority: 1,
    onError: 'pass',
    fields: {},
    prepare: () => undefined,
  });
  const configurations = hosted();
  (await configurations.acquire(plugin, raw(1))).release();
  await configurations.closeAll();
  expect(errors).toEqual([]);
});
