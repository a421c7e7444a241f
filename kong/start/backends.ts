import { createConnection } from 'node:net';
import { join } from 'node:path';
import { untilAnswers } from './answers';
import { DEMOS, logOf, pidFileOf, PORTS, urlOf, type Backend, type Layout } from './layout';
import type { Part } from './part';
import { Program } from './program';

/** Starts the demo of each backend, except where a program already listens on its port: that one is used instead. */
export async function startBackends(
  layout: Layout,
  add: (part: Part) => void,
  notice: (line: string) => void,
): Promise<void> {
  const starts = (Object.keys(DEMOS) as Backend[]).map(async (backend) => {
    const port = PORTS[backend];
    if (await listens(layout.host, port)) {
      notice(`${backend}: using the program that already listens on port ${port}, instead of the demo`);
      return;
    }
    const demo = new Program({
      name: backend,
      command: process.execPath,
      args: [join(layout.root, 'dist', 'docker', 'upstreams', DEMOS[backend], 'main.js')],
      env: {
        HOST: layout.host,
        PORT: String(port),
        NAME: backend,
        // The MCP servers continue the traces of the gateway.
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${urlOf(layout, 'proxy')}/phoenix/v1/traces`,
      },
      logFile: logOf(layout, backend),
      pidFile: pidFileOf(layout, backend),
    });
    add(demo);
    await untilAnswers(`${urlOf(layout, backend)}/`, demo);
    demo.keep();
  });
  await Promise.all(starts);
}

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
