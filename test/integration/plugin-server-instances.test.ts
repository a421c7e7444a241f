import { until } from '../../kong/testkit/until';
import { configOf, KongWorker, openRaw } from '../support/kong-worker';
import { disposed } from '../support/scripted-plugins';
import { call, usePluginServer } from '../support/use-plugin-server';

const host = usePluginServer();

describe('instances', () => {
  it('share a configuration, which is released with the last instance', async () => {
    const config = configOf('guard', { word: 'shared' });
    const workers = [1, 2].map(() => new KongWorker('guard', host.socket));
    const held = await host.valueOf('plugin_server_configurations');
    const ids = await Promise.all(workers.map(({ rpc }) => rpc.startInstance('guard', config)));
    expect((await host.valueOf('plugin_server_configurations')) - held).toBe(1);
    expect(ids[0]).not.toBe(ids[1]);
    await workers[0]!.rpc.closeInstance(ids[0]!);
    expect(disposed).not.toContain('shared');
    await workers[1]!.rpc.closeInstance(ids[1]!);
    await until(() => disposed.includes('shared'), 'the disposal');
  });

  it('close the connection if they are unknown, and Kong starts them again', async () => {
    const raw = openRaw(host.socket);
    raw.socket.write(call('cmd_handle_event', { instance_id: 4711, event_name: Buffer.from('access') }));
    await raw.closed;
    expect(raw.received()).toHaveLength(0);

    const worker = new KongWorker('guard', host.socket);
    await worker.event('access');
    for (const id of [...host.server['instances']['held'].keys()]) await worker.rpc.closeInstance(id);
    expect((await worker.event('access')).exit).toBeUndefined();
    expect(worker.logs).toEqual(['closed']);
  });

  it.each([
    ['guard', { word: 'broken' }, 'guard'],
    ['nobody', {}, '_unknown'],
  ])('are counted and logged, without a response to Kong, if %s cannot start', async (name, config, label) => {
    const worker = new KongWorker(name, host.socket);
    await expect(worker.event('access', {}, configOf(name, config))).rejects.toThrow('closed');
    expect(await host.valueOf(`plugin_server_config_errors_total{plugin="${label}"}`)).toBe(1);
    expect(host.lines).toMatchObject([
      { level: 'error', message: 'instance could not start', fields: { plugin: name } },
    ]);
  });
});
