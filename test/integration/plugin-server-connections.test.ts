import { join } from 'node:path';
import { messageType } from '../../kong/local/rpc/pluginsocket';
import { Metrics } from '../../kong/pdk';
import { frame } from '../../kong/plugin-server/protocol/frames';
import { configOf, KongWorker, openRaw } from '../support/kong-worker';
import { until } from '../support/until';
import { call, usePluginServer } from '../support/use-plugin-server';

const REFUSALS = 4000;
const host = usePluginServer();

it('an event whose connection vanished is forgotten', async () => {
  const { rpc } = new KongWorker('guard', host.socket);
  const id = await rpc.startInstance('guard', configOf('guard'));
  const open = await host.valueOf('plugin_server_connections');
  const raws = Array.from({ length: 20 }, () => openRaw(host.socket));
  for (const raw of raws)
    raw.socket.write(call('cmd_handle_event', { instance_id: id, event_name: Buffer.from('access') }));
  // The reads are asked for; nobody answers.
  await until(() => raws.every((raw) => raw.received().length > 0), 'the questions');
  for (const raw of raws) raw.socket.destroy();
  await Promise.all(raws.map(({ closed }) => closed));
  await until(
    async () => (await host.valueOf('plugin_server_connections')) === open,
    'the connections to be forgotten',
  );
});

it('a client that does not read is read no more, until it does', async () => {
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

it('holds nothing of refused requests', async () => {
  const workers = Array.from({ length: 8 }, () => new KongWorker('guard', host.socket));
  const instances = await host.valueOf('plugin_server_instances');
  const statuses = new Map<number | undefined, number>();
  await Promise.all(
    workers.map(async (worker) => {
      for (let i = 0; i < REFUSALS / workers.length; i++) {
        const { exit } = await worker.event('access', { headers: { 'x-do': 'reject' } });
        statuses.set(exit?.status, (statuses.get(exit?.status) ?? 0) + 1);
      }
    }),
  );
  expect([...statuses]).toEqual([[400, REFUSALS]]);
  expect((await host.valueOf('plugin_server_instances')) - instances).toBe(workers.length);
  const connections = host.server['connections'];
  // Each worker keeps the connection on which it started its instance.
  await until(() => connections.size < 100, 'the connections to be dropped');
  await until(() => [...connections.values()].every(({ isInCall }) => !isInCall), 'all events to be over');
}, 30_000);

it('closes connections beyond the bound, and counts them', async () => {
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
