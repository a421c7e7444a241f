import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metrics, type Log, type Plugin } from '../pdk';
import { answerQuery } from '../plugin-server/describe';
import { PluginServer } from '../plugin-server/server';
import { silentLog } from './silent-log';

/** Plugins in a plugin server of their own. */
export interface ServedPlugins {
  /** What a gateway needs to use them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly metrics: Metrics;
  stop(): Promise<void>;
}

/** Serves plugins on a socket in a folder of its own. */
export async function servePlugins(plugins: readonly Plugin[], log: Log = silentLog): Promise<ServedPlugins> {
  const folder = mkdtempSync(join(tmpdir(), 'plugins-'));
  const socket = join(folder, 'plugins.sock');
  const metrics = new Metrics();
  const server = new PluginServer({
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
  const names = plugins.map(({ name }) => name);
  const settings: Record<string, string> = {
    plugins: ['bundled', ...names].join(),
    pluginserver_names: names.map(keyOf).join(),
  };
  for (const plugin of plugins) {
    const description = join(folder, `${plugin.name}.json`);
    writeFileSync(description, JSON.stringify(answerQuery(plugin, true)));
    settings[`pluginserver_${keyOf(plugin.name)}_socket`] = socket;
    settings[`pluginserver_${keyOf(plugin.name)}_query_cmd`] = `cat ${description}`;
  }
  return {
    settings,
    metrics,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Names of plugin servers are parts of Kong's settings. */
const keyOf = (plugin: string): string => plugin.replaceAll('-', '_');
