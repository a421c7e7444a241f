import { join } from 'node:path';
import { groupIdOf } from '../plugin-server/group-id';
import { untilAnswers } from './answers';
import { logOf, PORTS, socketOf, urlOf, type Layout } from './layout';
import type { Part } from './part';
import { Program } from './program';

/**
 * The option for the group that may connect to the socket. If root starts Kong, its workers run as the user kong or
 * nobody; otherwise they run as the user of this process.
 */
function workerGroup(): string[] {
  if (process.getuid?.() !== 0) return [];
  const id = ['kong', 'nogroup', 'nobody'].map((name) => groupIdOf(name)).find((found) => found !== undefined);
  return id === undefined ? [] : ['--socket-group', String(id)];
}

/** The upstreams of kong.yml whose health `/health` reports. */
const HEALTH_UPSTREAMS = (['py-calculator', 'go-calculator', 'phoenix', 'ollama'] as const).map(
  (name) => `${name}-upstream`,
);

/** Starts the plugin server of the suite. It is restarted whenever it exits. */
export async function startPluginServer(layout: Layout, add: (part: Part) => void, pidFile: string): Promise<void> {
  const { root, host } = layout;
  const server = new Program({
    name: 'the plugin server',
    command: process.execPath,
    args: [
      join(root, 'dist', 'plugins', 'main.js'),
      'serve',
      ...['--socket', socketOf(layout)],
      ...workerGroup(),
      ...['--metrics', `${host}:${PORTS.pluginServer}`],
      ...['--http', `${host}:${PORTS.agent}`],
      ...['--kong-status', urlOf(layout, 'status')],
      ...['--health-upstreams', HEALTH_UPSTREAMS.join()],
    ],
    env: {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${urlOf(layout, 'proxy')}/phoenix/v1/traces`,
      KONG_AI_GATEWAY_URL: urlOf(layout, 'proxy'),
    },
    logFile: logOf(layout, 'plugin-server'),
    pidFile,
    restart: true,
  });
  add(server);
  await untilAnswers(`${urlOf(layout, 'pluginServer')}/readyz`, server);
}
