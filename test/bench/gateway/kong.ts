import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { until } from '../../../kong/testkit/until';
import { kong } from '../../differential/kong-process';
import { CONFIGURATION, startPluginServers, type PluginServers } from './plugin-servers';
import { familyOf } from './process-usage';
import type { Row } from './rows';

/** A Kong of one row, with its plugin servers. */
export interface RunningRow {
  readonly row: Row;
  readonly url: string;
  /** A folder of the row only. */
  readonly folder: string;
  /** Kong's master, which has the nginx program. */
  readonly master: number;
  /** The processes of Kong. */
  readonly kongPids: readonly number[];
  readonly serverPids: readonly number[];
  stop(): Promise<void>;
}

/** Those of kong.conf that matter here, and a log that costs nothing. */
const SETTINGS: Readonly<Record<string, string>> = {
  database: 'off',
  admin_listen: 'off',
  status_listen: 'off',
  admin_gui_listen: 'off',
  anonymous_reports: 'off',
  proxy_access_log: 'off',
  nginx_worker_processes: '2',
  nginx_http_client_body_buffer_size: '4m',
  nginx_http_client_max_body_size: '20m',
  upstream_keepalive_max_requests: '1000000',
  upstream_keepalive_pool_size: '512',
};

/** Starts the plugin servers and the Kong of a row. @throws when one of them does not start */
export async function startRow(row: Row, port: number, upstreamUrl: string, parent: string): Promise<RunningRow> {
  const folder = join(parent, row.name.replaceAll('/', '-'));
  mkdirSync(folder, { mode: 0o755 });
  const file = join(folder, CONFIGURATION);
  writeFileSync(file, configurationOf(row, upstreamUrl), { mode: 0o644 });
  const servers = await serversOf(row, folder);
  const prefix = join(folder, 'kong');
  mkdirSync(prefix, { mode: 0o755 });
  const settings = {
    ...SETTINGS,
    ...servers.settings,
    ...row.settings,
    prefix,
    declarative_config: file,
    proxy_listen: `127.0.0.1:${port}`,
  };
  try {
    kong(['start'], settings);
  } catch (error) {
    servers.stop();
    throw error;
  }
  const master = Number(readFileSync(join(prefix, 'pids', 'nginx.pid'), 'utf8'));
  return {
    row,
    folder,
    url: `http://127.0.0.1:${port}/mcp`,
    master,
    kongPids: familyOf(master),
    serverPids: servers.pids,
    stop: async () => {
      servers.stop();
      process.kill(master, 'SIGTERM');
      await until(() => !existsSync(`/proc/${master}`), `the end of the Kong of ${row.name}`, 30_000);
    },
  };
}

const NO_SERVERS: PluginServers = { pids: [], settings: {}, stop: () => undefined };

async function serversOf({ server, plugins, serve }: Row, folder: string): Promise<PluginServers> {
  const external = plugins.map(({ name }) => name).filter((name) => !BUNDLED.has(name));
  return server === undefined ? NO_SERVERS : startPluginServers(server, folder, external, serve);
}

/** Plugins of Kong that rows have beside external ones. */
const BUNDLED = new Set(['pre-function', 'post-function', 'http-log']);

function configurationOf({ plugins, globalPlugins = [] }: Row, upstreamUrl: string): string {
  const service = {
    name: 'mcp',
    url: upstreamUrl,
    routes: [{ name: 'mcp', paths: ['/'], response_buffering: false }],
    plugins,
  };
  return stringify(
    { _format_version: '3.0', _transform: true, services: [service], plugins: globalPlugins },
    { aliasDuplicateObjects: false },
  );
}
