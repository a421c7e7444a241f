import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metrics, type Log, type Plugin } from '../pdk';
import { answerQuery, phasesOf } from '../plugin-server/describe';
import { HttpListener } from '../plugin-server/http-listener';
import { pluginSettings } from '../plugin-server/kong-conf';
import { PluginServer } from '../plugin-server/server';
import { silentLog } from './silent-log';

/** Plugins in a plugin server of their own. */
export interface ServedPlugins {
  /** What a gateway needs to use them, by the names in kong.conf. */
  readonly settings: Readonly<Record<string, string>>;
  /** Path of the unix socket. */
  readonly socket: string;
  /** The HTTP listener of the plugin server, without a slash at its end. */
  readonly httpUrl: string;
  /** What the plugins and the server counted. */
  readonly metrics: Metrics;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Serves plugins in this process, on a unix socket in a temporary folder and on a port of this machine, as `serve` does.
 * Stop it after the tests.
 *
 * @param httpPort of the HTTP listener; by default any free one
 */
export async function servePlugins(
  plugins: readonly Plugin[],
  log: Log = silentLog,
  httpPort = 0,
): Promise<ServedPlugins> {
  const folder = mkdtempSync(join(tmpdir(), 'plugins-'));
  const socket = join(folder, 'plugins.sock');
  const metrics = new Metrics();
  const http = await HttpListener.listen({
    host: '127.0.0.1',
    port: httpPort,
    onError: (error) => {
      log.error({ err: error }, 'request of the HTTP listener failed');
    },
  });
  const server = new PluginServer({
    http,
    plugins,
    socket,
    socketAccess: { mode: 0o600 },
    frameTimeoutMs: 10_000,
    maxFrameBytes: 16 * 1024 * 1024,
    maxHeldBytes: 64 * 1024 * 1024,
    maxConnections: 100,
    stopTimeoutMs: 2000,
    metrics,
    log,
  });
  await server.listen();
  for (const plugin of plugins) {
    writeFileSync(join(folder, `${plugin.name}.json`), JSON.stringify(answerQuery(plugin, phasesOf(plugin))));
  }
  const stop = async (): Promise<void> => {
    await http.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const settings = pluginSettings(
    plugins.map(({ name }) => name),
    socket,
    folder,
  );
  return { settings, socket, httpUrl: http.url, metrics, stop, [Symbol.asyncDispose]: stop };
}
