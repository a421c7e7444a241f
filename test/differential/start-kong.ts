import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ScenarioGateway } from '../support/batches-scenario';
import { kong } from './kong-process';

/** A port for Kong that no other test process uses; the next one is for its status. */
export const KONG_PORT = 26_000 + (process.pid % 1500) * 4;

/** The address of the Kong that {@link startKong} starts. */
export const KONG_URL = `http://127.0.0.1:${KONG_PORT}`;

/** A Kong that a test can reload. */
export interface RunningKong extends ScenarioGateway {
  /** Reads the same file again with new workers; those before go on until their requests have ended. */
  reload(): void;
}

/** Starts a real Kong without a database. */
export const startKong = (kongYml: string, settings: Readonly<Record<string, string>>): Promise<RunningKong> => {
  const folder = mkdtempSync(join(tmpdir(), 'kong-scenario-'));
  chmodSync(folder, 0o755);
  const file = join(folder, 'kong.yml');
  writeFileSync(file, kongYml);
  // Kong's workers run as another user.
  for (const [name, socket] of Object.entries(settings)) {
    if (!name.endsWith('_socket')) continue;
    chmodSync(dirname(socket), 0o755);
    chmodSync(socket, 0o777);
  }
  mkdirSync(join(folder, 'kong'), { mode: 0o755 });
  const variables = {
    proxy_listen: `127.0.0.1:${KONG_PORT}`,
    admin_listen: 'off',
    ...settings,
    database: 'off',
    declarative_config: file,
    prefix: join(folder, 'kong'),
    status_listen: `127.0.0.1:${KONG_PORT + 1}`,
    admin_gui_listen: 'off',
    anonymous_reports: 'off',
    nginx_worker_processes: '1',
  };
  kong(['start'], variables);
  return Promise.resolve({
    url: KONG_URL,
    reload: () => {
      kong(['reload'], variables);
    },
    close: () => {
      kong(['stop'], variables);
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  });
};
