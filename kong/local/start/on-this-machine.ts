import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBackends } from './backends';
import { startGateway } from './gateway';
import { hostsFile, urlOf, type Layout } from './layout';
import type { Part } from './part';
import { startPluginServer } from './plugin-server';
import type { Run } from './run';

/**
 * Starts backends, plugin server, and Kong or its stand-in, as processes of this machine.
 *
 * @param dumpOptions further options of `dump`, such as `--with-access`
 */
export async function startOnThisMachine(
  engine: 'kong' | 'local',
  root: string,
  host: string,
  dumpOptions: readonly string[] = [],
): Promise<Run> {
  const layout: Layout = { root, folder: mkdtempSync(join(tmpdir(), 'kong-ai-plugins-')), host };
  const { folder } = layout;
  // Kong's workers run as another user.
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'hosts'), hostsFile(layout));
  execFileSync(process.execPath, [
    join(root, 'dist', 'plugins', 'main.js'),
    'dump',
    '--all',
    '--out',
    folder,
    ...dumpOptions,
  ]);

  const parts: Part[] = [];
  const notices: string[] = [];
  const add = (part: Part) => parts.push(part);
  const pidFile = join(folder, 'plugin-server.pid');
  // In the order of their start: the plugin server's last spans go through the gateway, to a backend.
  const stop = async (): Promise<void> => {
    for (const part of parts) await part.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await startPluginServer(layout, add, pidFile);
    await startGateway(engine, layout, add);
    await startBackends(layout, add, (line) => notices.push(line));
  } catch (error) {
    for (const part of parts) await part.stop();
    throw error;
  }
  return {
    state: {
      engine,
      proxyUrl: urlOf(layout, 'proxy'),
      adminUrl: urlOf(layout, 'admin'),
      statusUrl: urlOf(layout, 'status'),
      pluginServerUrl: urlOf(layout, 'pluginServer'),
      logs: folder,
      killPluginServer: `kill -9 $(cat ${pidFile})`,
    },
    notices,
    ended: Promise.race(parts.map(({ ended }) => ended)),
    stop,
    kill: () => {
      for (const part of parts) part.kill();
    },
  };
}
