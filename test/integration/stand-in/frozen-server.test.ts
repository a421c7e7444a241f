import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useGateway } from '../../support/use-gateway';

const folder = mkdtempSync(join(tmpdir(), 'kong-frozen-'));
const socket = join(folder, 'plugins.sock');
const description = join(folder, 'frozen.json');
const connections = new Set<Socket>();
let server: Server;

beforeAll(async () => {
  const Plugins = [
    {
      Name: 'frozen',
      Version: '1.0.0',
      Priority: 1,
      Phases: ['access'],
      Schema: { name: 'frozen', fields: [{ config: { type: 'record', fields: [] } }] },
    },
  ];
  writeFileSync(description, JSON.stringify({ Protocol: 'ProtoBuf:1', Plugins }));
  server = createServer((connection) => connections.add(connection)).listen(socket);
  await once(server, 'listening');
});

const proxy = useGateway(
  ({ url }) => `
services:
- { name: s, url: "${url}", routes: [{ paths: [/] }], plugins: [{ name: frozen }] }
`,
  {
    plugins: 'bundled,frozen',
    pluginserver_names: 'frozen',
    pluginserver_frozen_socket: socket,
    pluginserver_frozen_query_cmd: `cat ${description}`,
    nginx_http_lua_socket_read_timeout: '50ms',
  },
);

afterAll(() => {
  for (const connection of connections) connection.destroy();
  server.close();
  rmSync(folder, { recursive: true });
});

it('responds with 500 after lua_socket_read_timeout when a plugin server does not answer', async () => {
  expect((await proxy.ask('/')).status).toBe(500);
  expect(proxy.gateway.logs.join('\n')).toContain('timeout');
});
