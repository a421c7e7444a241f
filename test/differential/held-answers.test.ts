import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metrics } from '../../kong/pdk';
import { answerQuery } from '../../kong/plugin-server/describe';
import { pluginSettings } from '../../kong/plugin-server/kong-conf';
import { PluginServer } from '../../kong/plugin-server/server';
import { silentLog } from '../../kong/testkit/silent-log';
import { plugins } from '../support/held-plugins';
import { describeHeldAnswers } from '../support/held-scenarios';
import { hasKong, kong } from './kong-process';

const PORT = 26_000 + (process.pid % 2000) * 2;

const suite = hasKong() ? describe : describe.skip;

suite('held answers on Kong', () => {
  describeHeldAnswers(async (text) => {
    const folder = mkdtempSync(join(tmpdir(), 'kong-held-'));
    chmodSync(folder, 0o755);
    const socket = join(folder, 'plugins.sock');
    const server = new PluginServer({
      plugins,
      socket,
      socketAccess: { mode: 0o666 },
      frameTimeoutMs: 10_000,
      maxFrameBytes: 16 * 1024 * 1024,
      maxHeldBytes: 64 * 1024 * 1024,
      maxConnections: 1000,
      stopTimeoutMs: 2000,
      metrics: new Metrics(),
      log: silentLog,
    });
    await server.listen();
    for (const plugin of plugins)
      writeFileSync(join(folder, `${plugin.name}.json`), JSON.stringify(answerQuery(plugin)));
    const config = join(folder, 'kong.yml');
    writeFileSync(config, text);
    mkdirSync(join(folder, 'prefix'));
    const settings = {
      ...pluginSettings(
        plugins.map(({ name }) => name),
        socket,
        folder,
      ),
      database: 'off',
      declarative_config: config,
      prefix: join(folder, 'prefix'),
      proxy_listen: `127.0.0.1:${PORT}, 127.0.0.1:${PORT + 1} http2`,
      admin_listen: 'off',
      status_listen: 'off',
      admin_gui_listen: 'off',
      anonymous_reports: 'off',
      nginx_worker_processes: '1',
    };
    kong(['start'], settings);
    return {
      url: `http://127.0.0.1:${PORT}`,
      stop: async () => {
        kong(['stop'], settings);
        await server.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  });
});
