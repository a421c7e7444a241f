import { join } from 'node:path';
import { Metrics } from '../../kong/pdk';
import { frame } from '../../kong/plugin-server/protocol/frames';
import { messageType } from '../../kong/stand-in/rpc/pluginsocket';
import { until } from '../../kong/testkit/until';
import { configOf, KongWorker, openRaw } from '../support/kong-worker';
import { call, usePluginServer } from '../support/use-plugin-server';

const REJECTIONS = 1000;
const host = usePluginServer();

it('drops an event whose connection was closed', async () => {
  const { rpc } = new KongWorker('guard', host.socket);
  const id = await rpc.startInstance('guard', configOf('guard'));
  const open = await host.valueOf('plugin_server_connections');
  const raws = Array.from({ length: 20 }, () => openRaw(host.socket));
  for (const raw of raws)
    raw.socket.write(call('cmd_handle_event', { instance_id: id, event_name: Buffer.from('access') }));
  // The server sends the reads and gets no reply.
  await until(() => raws.every((raw) => raw.received().length > 0), 'the questions');
  for (const raw of raws) raw.socket.destroy();
  await Promise.all(raws.map(({ closed }) => closed));
  await until(
    async () => (await host.valueOf('plugin_server_connections')) === open,
    'the connections to be forgotten',
  );
});

it('stops reading from a client that does not read, until it reads again', async () => {
  const known = new Set(host.server['connections'].keys());
  const raw = openRaw(host.socket);
  raw.socket.pause();
  const calls = 20_000;
  raw.socket.write(Buffer.concat(Array.from({ length: calls }, () => call('cmd_close_instance', { instance_id: 1 }))));
  const served = () => [...host.server['connections'].keys()].find((candidate) => !known.has(candidate));
  await until(() => served()?.isPaused() === true, 'the server to stop reading');
  raw.socket.resume();
  const answerBytes = frame(messageType('RpcReturn').encode({ sequence: 1 }).finish()).length;
  await until(() => raw.received().length === calls * answerBytes, 'all answers');
  raw.socket.destroy();
});

it('keeps no state of rejected requests', async () => {
  const workers = Array.from({ length: 8 }, () => new KongWorker('guard', host.socket));
  const instances = await host.valueOf('plugin_server_instances');
  const statuses = new Map<number | undefined, number>();
  await Promise.all(
    workers.map(async (worker) => {
      for (let i = 0; i < REJECTIONS / workers.length; i++) {
        const { exit } = await worker.event('access', { headers: { 'x-do': 'reject' } });
        statuses.set(exit?.status, (statuses.get(exit?.status) ?? 0) + 1);
      }
    }),
  );
  expect([...statuses]).toEqual([[400, REJECTIONS]]);
  expect((await host.valueOf('plugin_server_instances')) - instances).toBe(workers.length);
  const connections = host.server['connections'];
  // Each worker keeps the connection on which it started its instance.
  await until(() => connections.size < 100, 'the connections to be dropped');
  await until(() => [...connections.values()].every(({ isInCall }) => !isInCall), 'all events to be over');
}, 30_000);

it('reads a large frame only when the byte budget has room for it, and answers other events meanwhile', async () => {
  const path = join(host.folder, 'narrow.sock');
  const narrow = await host.start({ socket: path, maxHeldBytes: 200_000, metrics: new Metrics() });
  const waiting = async () => {
    const { registry } = narrow['options'].metrics;
    return (await registry.getSingleMetricAsString('plugin_server_waiting_frames')).split(' ').at(-1);
  };
  const holder = openRaw(path);
  holder.socket.write(frame(Buffer.alloc(150_000)).subarray(0, 100_000));
  await until(() => narrow['connections'].size === 1, 'the first connection');
  const [large, small] = [new KongWorker('guard', path), new KongWorker('guard', path)];
  let isAnswered = false;
  const answer = large.event('access', { body: 'x'.repeat(150_000) }).finally(() => (isAnswered = true));
  await until(async () => (await waiting()) === '1', 'the second to wait');
  for (let i = 0; i < 20; i++) expect((await small.event('access', { body: 'x' })).effects).toHaveLength(2);
  expect(isAnswered).toBe(false);
  holder.socket.destroy();
  expect((await answer).effects).toContainEqual(['kong.response.set_headers', { 'X-Body': '150000' }]);
  expect((await large.event('access', { body: 'x'.repeat(500_000) })).effects).toHaveLength(2);
  expect(await waiting()).toBe('0');
  expect(await narrow['options'].metrics.registry.getSingleMetricAsString('plugin_server_held_bytes')).toMatch(/ 0$/);
  await narrow.stop();
});

it('closes connections above the bound, and counts them', async () => {
  const path = join(host.folder, 'few.sock');
  const few = await host.start({ socket: path, maxConnections: 2, metrics: new Metrics() });
  const raws = Array.from({ length: 3 }, () => openRaw(path));
  await Promise.race(raws.map(({ closed }) => closed));
  expect(
    await few['options'].metrics.registry.getSingleMetricAsString('plugin_server_refused_connections_total'),
  ).toContain('plugin_server_refused_connections_total 1');
  await few.stop();
  await Promise.all(raws.map(({ closed }) => closed));
});

describe('a frame that never becomes complete', () => {
  const metricsOf = (server: Awaited<ReturnType<typeof host.start>>) => async (name: string) =>
    Number((await server['options'].metrics.registry.getSingleMetricAsString(name)).split(' ').at(-1));

  it('reserves bytes, however small it is, and releases them when the connection closes', async () => {
    const path = join(host.folder, 'partial.sock');
    const server = await host.start({ socket: path, metrics: new Metrics() });
    const metric = metricsOf(server);
    const raws = Array.from({ length: 10 }, () => openRaw(path));
    for (const raw of raws) raw.socket.write(frame(Buffer.alloc(1000)).subarray(0, 100));
    await until(async () => (await metric('plugin_server_held_bytes')) === 10 * 65_536, 'ten reservations');
    for (const raw of raws) raw.socket.destroy();
    await until(async () => (await metric('plugin_server_held_bytes')) === 0, 'the bytes to be given back');
    await server.stop();
  });

  it('waits if other small frames use their whole share of the budget, while large frames still pass', async () => {
    const path = join(host.folder, 'crowded.sock');
    // A quarter of the budget is for small frames: two reservations.
    const server = await host.start({ socket: path, maxHeldBytes: 4 * 131_072, metrics: new Metrics() });
    const metric = metricsOf(server);
    const raws = Array.from({ length: 3 }, () => openRaw(path));
    for (const raw of raws) raw.socket.write(frame(Buffer.alloc(1000)).subarray(0, 100));
    await until(async () => (await metric('plugin_server_waiting_frames')) === 1, 'the third to wait');
    const large = new KongWorker('guard', path);
    expect((await large.event('access', { body: 'x'.repeat(200_000) })).effects).toHaveLength(2);
    raws[0]!.socket.destroy();
    await until(async () => (await metric('plugin_server_waiting_frames')) === 0, 'the third to go on');
    for (const raw of raws) raw.socket.destroy();
    await server.stop();
  });

  it('closes its connection after the frame timeout, but not an idle connection or one that waits for the budget', async () => {
    const path = join(host.folder, 'stalled.sock');
    let nowMs = 1_000_000;
    const server = await host.start({
      socket: path,
      maxHeldBytes: 4 * 65_536,
      frameTimeoutMs: 5_000,
      metrics: new Metrics(),
      now: () => nowMs,
    });
    const metric = metricsOf(server);
    const [stalled, idle, waiting] = [openRaw(path), openRaw(path), openRaw(path)];
    stalled.socket.write(frame(Buffer.alloc(1000)).subarray(0, 3));
    stalled.socket.write(frame(Buffer.alloc(1000)).subarray(3, 100));
    await until(async () => (await metric('plugin_server_held_bytes')) === 65_536, 'the unfinished frame');
    waiting.socket.write(frame(Buffer.alloc(1000)).subarray(0, 100));
    await until(async () => (await metric('plugin_server_waiting_frames')) === 1, 'the one that waits');
    await until(() => server['connections'].size === 3, 'three connections');
    nowMs += 5_000;
    server.closeStalled();
    expect(server['connections'].size).toBe(3);
    nowMs += 1;
    server.closeStalled();
    await stalled.closed;
    await until(() => server['connections'].size === 2, 'the stalled connection to be forgotten');
    for (const raw of [idle, waiting]) raw.socket.destroy();
    await server.stop();
  });
});
