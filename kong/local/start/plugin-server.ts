import { join } from 'node:path';
import { untilAnswers } from './answers';
import { logOf, PORTS, socketOf, urlOf, type Layout } from './layout';
import type { Part } from './part';
import { Program } from './program';

/** Starts the suite's plugin server; it is started again whenever it ends. */
export async function startPluginServer(layout: Layout, add: (part: Part) => void, pidFile: string): Promise<void> {
  const { root, host } = layout;
  const server = new Program({
    name: 'the plugin server',
    command: process.execPath,
    args: [
      join(root, 'dist', 'plugins', 'main.js'),
      'serve',
      ...['--socket', socketOf(layout)],
      ...['--metrics', `${host}:${PORTS.pluginServer}`],
    ],
    env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${urlOf(layout, 'proxy')}/phoenix/v1/traces` },
    logFile: logOf(layout, 'plugin-server'),
    pidFile,
    restart: true,
  });
  add(server);
  await untilAnswers(`${urlOf(layout, 'pluginServer')}/readyz`, server);
}
