import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metrics } from '../../kong/pdk';
import { frame } from '../../kong/plugin-server/protocol/frames';
import { PluginServer, type ServerOptions } from '../../kong/plugin-server/server';
import { messageType } from '../../kong/stand-in/rpc/pluginsocket';
import { logInto, type LogLine } from '../../kong/testkit/log-lines';
import { choosy, guard, observer } from './scripted-plugins';

export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** A plugin server of three plugins, in this process. */
export interface ServerInProcess {
  readonly server: PluginServer;
  readonly folder: string;
  readonly socket: string;
  /** The log lines since the start of the test. */
  readonly lines: readonly LogLine[];
  /** Starts another one like it. */
  start(options: Partial<ServerOptions>): Promise<PluginServer>;
  /** The current value of a metric; zero if it never counted. */
  valueOf(series: string): Promise<number>;
}

/** Starts a server before a file's tests and stops it afterwards. */
export function usePluginServer(): ServerInProcess {
  const folder = mkdtempSync(join(tmpdir(), 'plugin-server-'));
  const socket = join(folder, 'plugins.sock');
  const lines: LogLine[] = [];
  const metrics = new Metrics();
  const start = async (options: Partial<ServerOptions>): Promise<PluginServer> => {
    const server = new PluginServer({
      plugins: [guard, observer, choosy],
      socket,
      socketAccess: { mode: 0o666 },
      frameTimeoutMs: 10_000,
      maxFrameBytes: MAX_FRAME_BYTES,
      maxHeldBytes: 64 * 1024 * 1024,
      maxConnections: 1000,
      stopTimeoutMs: 5000,
      metrics,
      log: logInto(lines),
      ...options,
    });
    await server.listen();
    return server;
  };

  let server: PluginServer;
  beforeAll(async () => {
    server = await start({});
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    lines.length = 0;
  });
  const valueOf = async (series: string): Promise<number> => {
    const line = (await metrics.registry.metrics()).split('\n').find((text) => text.startsWith(`${series} `));
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  return {
    get server() {
      return server;
    },
    folder,
    socket,
    lines,
    start,
    valueOf,
  };
}

/** A call of the protocol in its frame. */
export const call = (command: string, data: object): Buffer =>
  frame(
    messageType('RpcCall')
      .encode({ sequence: 1, [command]: data })
      .finish(),
  );
