import { parseConf, readSettings, settingsOf } from '../../../../../kong/stand-in/config/settings';

it('reads kong.conf', () => {
  expect(
    parseConf('# a comment\nproxy_listen = 0.0.0.0:1 # why\n\n pluginserver_x_query_cmd = "cat # file"\n'),
  ).toEqual({
    proxy_listen: '0.0.0.0:1',
    pluginserver_x_query_cmd: 'cat # file',
  });
});

it('takes settings from KONG_ variables', () => {
  expect(settingsOf({ KONG_PROXY_LISTEN: 'a', PATH: 'b' })).toEqual({ proxy_listen: 'a' });
});

it('reads plugin servers by the names that Kong gives their settings', () => {
  const { pluginServers } = readSettings({
    pluginserver_names: 'Mcp-Validator, b',
    pluginserver_mcp_validator_query_cmd: 'dump',
    pluginserver_b_query_cmd: 'dump-b',
    pluginserver_b_socket: '/s',
  });
  expect(pluginServers).toEqual([
    { name: 'mcp-validator', socket: '/usr/local/kong/mcp-validator.socket', queryCommand: 'dump' },
    { name: 'b', socket: '/s', queryCommand: 'dump-b' },
  ]);
});

it('rejects a plugin server without a query command, like Kong', () => {
  expect(() => readSettings({ pluginserver_names: 'x' })).toThrow('query_command undefined for pluginserver x');
});

it('enables only the bundled plugins by default', () => {
  expect(readSettings({}).plugins).toEqual(['bundled']);
  expect(readSettings({ plugins: 'cors, mine' }).plugins).toEqual(['cors', 'mine']);
});

it('reads sizes and listeners', () => {
  const settings = readSettings({
    nginx_http_client_body_buffer_size: '2m',
    proxy_listen: '0.0.0.0:8000 reuseport, 0.0.0.0:8443 http2 ssl',
    admin_listen: 'off',
  });
  expect(settings).toMatchObject({
    bodyBufferBytes: 2 * 1024 * 1024,
    maxBodyBytes: 0,
    proxyListen: [{ host: '0.0.0.0', port: 8000 }],
    adminListen: [],
  });
  expect(() => readSettings({ nginx_http_client_max_body_size: 'much' })).toThrow('nginx_http_client_max_body_size');
});
