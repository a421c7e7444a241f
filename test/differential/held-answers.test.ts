import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeHeldAnswers } from '../support/held-scenarios';
import { hasKong, kong } from './kong-process';

const PORT = 26_000 + (process.pid % 2000) * 2;

const suite = hasKong() ? describe : describe.skip;

suite('held answers on Kong', () => {
  describeHeldAnswers(({ configText, settings, folder }) => {
    const config = join(folder, 'kong.yml');
    writeFileSync(config, configText);
    const prefix = join(folder, 'prefix');
    mkdirSync(prefix);
    const all = {
      ...settings,
      database: 'off',
      declarative_config: config,
      prefix,
      proxy_listen: `127.0.0.1:${PORT}, 127.0.0.1:${PORT + 1} http2`,
      admin_listen: 'off',
      status_listen: 'off',
      admin_gui_listen: 'off',
      anonymous_reports: 'off',
      nginx_worker_processes: '1',
    };
    kong(['start'], all);
    const stop = (): Promise<void> => {
      kong(['stop'], all);
      return Promise.resolve();
    };
    return Promise.resolve({ url: `http://127.0.0.1:${PORT}`, http2Url: `http://127.0.0.1:${PORT + 1}`, stop });
  });
});
