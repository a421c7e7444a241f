import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PORTS } from './layout';
import type { Run } from './run';

/** Starts the containers of docker/compose.yml with the demo backends and the Admin API. Builds missing images. */
export async function startInDocker(root: string): Promise<Run> {
  const files = ['compose.yml', 'compose.demo.yml', 'compose.dev.yml'].flatMap((file) => [
    '-f',
    join(root, 'docker', file),
  ]);
  const compose = (...args: readonly string[]): string => ['docker compose', ...files, ...args].join(' ');
  const down = (): void => {
    spawnSync('docker', ['compose', ...files, 'down'], { stdio: 'inherit' });
  };
  const up = spawn('docker', ['compose', ...files, 'up', '--build', '--detach', '--wait'], { stdio: 'inherit' });
  const status = await new Promise((resolve) => up.once('exit', resolve));
  if (status !== 0) {
    down();
    throw new Error(`docker compose failed to start all containers; run: ${compose('logs')}`);
  }
  const url = (port: number): string => `http://127.0.0.1:${port}`;
  return {
    state: {
      engine: 'docker',
      proxyUrl: url(PORTS.proxy),
      spansUrl: `${url(PORTS.proxy)}/phoenix/`,
      adminUrl: url(PORTS.admin),
      statusUrl: url(PORTS.status),
      pluginServerUrl: url(PORTS.pluginServer),
      logs: compose('logs'),
      killPluginServer: compose('restart', '--timeout', '0', 'plugin-server'),
      freezePluginServer: compose('pause', 'plugin-server'),
      thawPluginServer: compose('unpause', 'plugin-server'),
      killBackend: compose('restart', '--timeout', '0', 'py-calculator'),
    },
    notices: [],
    // Docker restarts containers itself.
    ended: new Promise(() => undefined),
    stop: () => {
      down();
      return Promise.resolve();
    },
    kill: () => undefined,
  };
}
