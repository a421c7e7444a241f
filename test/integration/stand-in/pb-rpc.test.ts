import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXITED } from '../../../kong/stand-in/lua/value';
import type { PluginConfig } from '../../../kong/stand-in/request/plugin-config';
import { PbRpc } from '../../../kong/stand-in/rpc/pb-rpc';
import { ScriptedPluginServer } from '../../support/scripted-plugin-server';

const folder = mkdtempSync(join(tmpdir(), 'pb-rpc-'));
const socket = join(folder, 'plugins.sock');
const text = (value: string) => Buffer.from(value, 'latin1');
let server: ScriptedPluginServer;

beforeAll(async () => {
  server = await ScriptedPluginServer.listen(socket);
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  server.replies = {};
});

describe('PbRpc alone', () => {
  const config = { __plugin_id: 'p', __key__: 'k', __seq__: 1 } as PluginConfig;

  it('runs an event with a table of functions', async () => {
    const rpc = new PbRpc({ socket, plugin: 'scripted' });
    server.scripts = { access: [['kong.request.get_method'], ['kong.request.get_raw_body']] };
    await rpc.handleEvent(config, 'access', {
      'kong.request.get_method': () => 'PUT',
      'kong.request.get_raw_body': () => Promise.resolve('\xff'),
    });
    expect(server.replies['access']?.[0]).toMatchObject([{ v: text('PUT') }, { content: text('\xff') }]);
  });

  it('returns that a function ended the phase', async () => {
    const rpc = new PbRpc({ socket, plugin: 'scripted' });
    server.scripts = { access: [['kong.response.exit', { status: 204 }]] };
    const got: unknown[] = [];
    const exited = await rpc.handleEvent(config, 'access', {
      'kong.response.exit': (...args) => {
        got.push(args);
        return EXITED;
      },
    });
    expect([exited, got]).toEqual([EXITED, [[204, '', undefined]]]);
  });

  it('responds through the PDK to an unknown function', async () => {
    const rpc = new PbRpc({ socket, plugin: 'scripted' });
    server.scripts = { access: [['kong.request.get_method']] };
    const errors: unknown[] = [];
    await rpc.handleEvent(config, 'access', {
      'kong.response.error': (status) => {
        errors.push(status);
        return EXITED;
      },
    });
    expect(errors).toEqual([500]);
  });
});
