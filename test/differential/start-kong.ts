import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { StartGateway } from '../support/batches-scenario';
import { kong } from './kong-process';

/** One port for each process of the tests, and the next one. */
const PORT = 26_000 + (process.pid % 1500) * 4;

/** The address of the Kong that {@link startKong} starts. */
export const KONG_URL = `http://127.0.0.1:${PORT}`;

/** Starts a Kong without a database, with a configuration and the settings of a plugin server. */
export const startKong: StartGateway = async (kongYml, settings) => {
  const folder = mkdtempSync(join(tmpdir(), 'kong-batches-'));
  chmodSync(folder, 0o755);
  const file = join(folder, 'kong.yml');
  writeFileSync(file, kongYml);
  const socket = Object.entries(settings).find(([name]) => name.endsWith('_socket'))![1];
  // Kong's workers run as another user.
  chmodSync(dirname(socket), 0o755);
  chmodSync(socket, 0o777);
  mkdirSync(join(folder, 'kong'), { mode: 0o755 });
  const variables = {
    ...settings,
    database: 'off',
    declarative_config: file,
    prefix: join(folder, 'kong'),
    proxy_listen: `127.0.0.1:${PORT}`,
    admin_listen: 'off',
    status_listen: `127.0.0.1:${PORT + 1}`,
    admin_gui_listen: 'off',
    anonymous_reports: 'off',
    nginx_worker_processes: '1',
  };
  kong(['start'], variables);
  return Promise.resolve({
    url: KONG_URL,
    close: async () => {
      kong(['stop'], variables);
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  });
};
