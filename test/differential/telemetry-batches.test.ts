import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { reportBothRoutes, type StartGateway } from '../support/batches-scenario';
import { hasKong, kong } from './kong-process';

// The exporter imports dynamically, which the test sandbox does not support: Node loads it.
jest.mock('@opentelemetry/exporter-trace-otlp-proto', () =>
  jest
    .requireActual<{ nativeRequire: (name: string) => unknown }>('../support/native-module')
    .nativeRequire('@opentelemetry/exporter-trace-otlp-proto'),
);

const suite = hasKong() ? describe : describe.skip;
const PORT = 26_000 + (process.pid % 1500) * 4;

const startKong: StartGateway = async (kongYml, settings) => {
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
    url: `http://127.0.0.1:${PORT}`,
    close: async () => {
      kong(['stop'], variables);
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  });
};

suite('telemetry on Kong', () => {
  it('reports the same by http-log in batches as by log events, with the profile for users', async () => {
    const { log, batches } = await reportBothRoutes(startKong);
    expect(batches).toEqual(log);
    expect(log.spans.length).toBeGreaterThan(10);
    expect(log.lines.length).toBeGreaterThan(10);
  }, 120_000);
});
