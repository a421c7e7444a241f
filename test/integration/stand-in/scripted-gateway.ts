import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScriptedPluginServer } from '../../support/scripted-plugin-server';
import { useGateway, type RunningGateway } from '../../support/use-gateway';

/** A text as the protocol carries it. */
export const text = (value: string): Buffer => Buffer.from(value, 'latin1');

/** A declarative file with the plugin `scripted` before an upstream on this port. */
export const configText = (port: number, mode = 'lax'): string => `
services:
- name: echo
  url: http://127.0.0.1:${port}
  routes: [{ name: echo, paths: [/echo] }]
  plugins:
  - name: scripted
    config: { mode: ${mode}, limits: {}, secret: "{vault://env/test-secret}" }
consumers:
- { username: ann, tags: [gold], keyauth_credentials: [{ key: k1 }] }
plugins:
- name: key-auth
  config: { anonymous: nobody }
- name: pre-function
  config:
    access: ["kong.ctx.shared.given = { list = { 1, 'two' }, empty = {}, yes = true, no = false }"]
`;

const description = (name: string, priority: number) => ({
  Name: name,
  Version: '1.0.0',
  Priority: priority,
  Phases: ['access', 'log'],
  Schema: {
    name,
    fields: [
      {
        config: {
          type: 'record',
          fields: [
            { mode: { type: 'string', default: 'strict' } },
            { names: { type: 'array', elements: { type: 'string' }, default: [] } },
            { limits: { type: 'map', keys: { type: 'string' }, values: { type: 'integer' } } },
            { secret: { type: 'string', referenceable: true } },
            { unset: { type: 'integer' } },
          ],
        },
      },
    ],
  },
});

/** A gateway with a plugin server that does what a test writes down, for two workers. */
export interface ScriptedGateway {
  readonly proxy: RunningGateway;
  readonly socket: string;
  /** A test that closes it puts another one in its place. */
  server: ScriptedPluginServer;
  /** Both workers have had a request: each has its instance. */
  warmUp(): Promise<void>;
}

/** Starts both before a file's tests and closes them after these. */
export function useScriptedGateway(): ScriptedGateway {
  const folder = mkdtempSync(join(tmpdir(), 'kong-scripted-'));
  const socket = join(folder, 'plugins.sock');
  const described = join(folder, 'scripted.json');
  const answer = { Protocol: 'ProtoBuf:1', Plugins: [description('scripted', 500), description('second', 1)] };
  let server: ScriptedPluginServer;
  beforeAll(async () => {
    server = await ScriptedPluginServer.listen(socket);
    writeFileSync(described, JSON.stringify(answer));
  });
  const proxy = useGateway(
    ({ port }) => configText(port),
    {
      plugins: 'bundled,scripted',
      pluginserver_names: 'scripted',
      pluginserver_scripted_socket: socket,
      pluginserver_scripted_query_cmd: `cat ${described}`,
    },
    { env: { TEST_SECRET: 'hush' } },
  );
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    server.scripts = {};
    server.replies = {};
    proxy.gateway.logs.length = 0;
  });
  return {
    proxy,
    socket,
    get server() {
      return server;
    },
    set server(other) {
      server = other;
    },
    warmUp: async () => {
      await proxy.call('/echo');
      await proxy.call('/echo');
    },
  };
}
