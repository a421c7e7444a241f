import { until } from '../../../kong/testkit/until';
import { ScriptedPluginServer } from '../../support/scripted-plugin-server';
import { configText, useScriptedGateway } from './scripted-gateway';

const scripted = useScriptedGateway();

it('starts one instance per worker, each with its own sequence', async () => {
  await scripted.warmUp();
  await scripted.warmUp();
  expect(scripted.server.started.map(({ name }) => name)).toEqual(['scripted', 'scripted']);
  const [one, other] = scripted.server.started.map(({ config }) => config);
  expect(one).toMatchObject({
    mode: 'lax',
    names: [],
    limits: {},
    secret: 'hush',
    service_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    __plugin_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    __key__: expect.stringMatching(/^plugins:scripted::[0-9a-f-]{36}:::/) as string,
    __ws_id: '0dc6f45b-8f8d-40d2-a504-473544ee190b',
  });
  expect(one).not.toHaveProperty('unset');
  expect(one).not.toHaveProperty('route_id');
  expect({ ...other, __seq__: one?.['__seq__'] }).toEqual(one);
  expect(other?.['__seq__']).not.toBe(one?.['__seq__']);
});

it('uses only the first plugin of a description', async () => {
  await expect(scripted.proxy.gateway.reload('_format_version: "3.0"\nplugins: [{ name: second }]')).rejects.toThrow(
    "plugins[1]: plugin 'second' not enabled",
  );
});

it('repeats an event on a new instance after the connection was closed', async () => {
  await scripted.warmUp();
  const before = scripted.server.started.length;
  scripted.server.scripts = { access: ['hang up'] };
  const answer = scripted.proxy.call('/echo');
  await until(() => scripted.server.started.length >= before + 2, 'some repetitions');
  scripted.server.scripts = {};
  expect((await answer).status).toBe(200);
  expect(scripted.proxy.gateway.logs).toContainEqual('[warn] [scripted] closed');
});

it('closes the old instance only when the same plugin comes again with another configuration', async () => {
  await scripted.warmUp();
  const before = scripted.server.started.length;
  const [old] = scripted.server.started.slice(-2);
  await scripted.proxy.gateway.reload(`_format_version: "3.0"\n${configText(scripted.proxy.upstream.port, 'newer')}`);
  expect(scripted.server.started.length).toBe(before);
  await scripted.warmUp();
  const started = scripted.server.started.slice(before);
  expect(started.map(({ config }) => config['mode'])).toEqual(['newer', 'newer']);
  expect(started[0]?.config['__plugin_id']).toBe(old?.config['__plugin_id']);
  expect(new Set(scripted.server.started.map(({ config }) => config['__seq__'])).size).toBeGreaterThanOrEqual(4);
  expect(scripted.server.closed).toContain(old?.id);
});

it('reuses the connections of completed events', async () => {
  await scripted.warmUp();
  await until(() => scripted.server.openConnections <= 8, 'events to end');
  const before = scripted.server.openConnections;
  for (let i = 0; i < 20; i++) await scripted.proxy.call('/echo');
  expect(scripted.server.openConnections).toBeLessThanOrEqual(before + 2);
});

describe('without a server', () => {
  it('rejects requests on warm and cold workers, and recovers when the server is back', async () => {
    await scripted.warmUp();
    await scripted.server.close();
    for (let i = 0; i < 4; i++) {
      const { status, body } = await scripted.proxy.call('/echo');
      expect([status, JSON.parse(body.toString())]).toMatchObject([500, { message: 'An unexpected error occurred' }]);
    }
    expect(scripted.proxy.gateway.logs.join()).toContain('no such file or directory');
    scripted.server = await ScriptedPluginServer.listen(scripted.socket);
    expect((await scripted.proxy.call('/echo')).status).toBe(200);
  });
});
