import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { startBackends } from './backends';
import { startGateway } from './gateway';
import { configOf, hostsFile, logOf, pidFileOf, socketOf, urlOf, type Layout } from './layout';
import type { Part } from './part';
import { pageOfSpans } from './phoenix';
import { startPluginServer } from './plugin-server';
import { closedFolder } from './reachable';
import type { Run } from './run';

/**
 * Starts the backends, the plugin server, and Kong or the stand-in, as processes on this machine.
 *
 * @param logs an existing folder for logs; without it the logs are deleted when the run ends
 * @param adapt changes the declarative file of the run
 */
export async function startOnThisMachine(
  engine: 'kong' | 'stand-in',
  root: string,
  host: string,
  logs?: string,
  adapt: (config: string) => string = (config) => config,
): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'kong-ai-plugins-'));
  const paths = { root, folder, logs: logs ?? join(folder, 'logs'), host };
  const file = configOf(paths);
  writeFileSync(file, adapt(readFileSync(join(root, 'kong', 'kong.yml'), 'utf8')));
  const layout: Layout = { ...paths, plugins: describePlugins(root, folder, file) };
  mkdirSync(layout.logs, { recursive: true });
  // Kong's workers run as another user and must enter the folders. Others cannot read the request log.
  for (const shared of [folder, layout.logs]) chmodSync(shared, 0o755);
  const closed = engine === 'kong' && process.getuid?.() === 0 ? closedFolder(layout.logs) : undefined;
  if (closed !== undefined) {
    throw new Error(
      `Kong's workers run as another user, which cannot enter ${closed}: choose another folder for --logs`,
    );
  }
  const requests = logOf(layout, 'requests');
  writeFileSync(requests, '', { flag: 'a', mode: 0o600 });
  writeFileSync(join(folder, 'hosts'), hostsFile(layout));

  const parts: Part[] = [];
  const notices: string[] = [];
  const add = (part: Part) => parts.push(part);
  const pid = (name: string): string => `$(cat ${pidFileOf(layout, name)})`;
  // In the order of their start: the plugin server exports its last spans through the gateway to a backend.
  const stop = async (): Promise<void> => {
    for (const part of parts) await part.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await startPluginServer(layout, add, pidFileOf(layout, 'plugin-server'));
    await startGateway(engine, layout, add);
    await startBackends(layout, add, (line) => notices.push(line));
  } catch (error) {
    for (const part of parts) await part.stop();
    throw error;
  }
  const spans = await pageOfSpans(urlOf(layout, 'phoenix'), `${urlOf(layout, 'proxy')}/phoenix`);
  notices.push(...spans.notices);
  return {
    state: {
      engine,
      proxyUrl: urlOf(layout, 'proxy'),
      spansUrl: spans.url,
      adminUrl: urlOf(layout, 'admin'),
      statusUrl: urlOf(layout, 'status'),
      pluginServerUrl: urlOf(layout, 'pluginServer'),
      pluginServerSocket: socketOf(layout),
      logs: layout.logs,
      requestLog: requests,
      killPluginServer: `kill -9 ${pid('plugin-server')}`,
      freezePluginServer: `kill -STOP ${pid('plugin-server')}`,
      thawPluginServer: `kill -CONT ${pid('plugin-server')}`,
      killBackend: `kill -9 ${pid('py-calculator')}`,
      backendUrl: urlOf(layout, 'py-calculator'),
    },
    notices,
    ended: Promise.race(parts.map(({ ended }) => ended)),
    stop,
    kill: () => {
      for (const part of parts) part.kill();
    },
  };
}

/** Writes the descriptions of all plugins for a declarative file into the folder; returns the plugins' names. */
function describePlugins(root: string, folder: string, file: string): string[] {
  const program = join(root, 'dist', 'plugins', 'main.js');
  execFileSync(process.execPath, [program, 'dump', '--all', '--out', folder, '--for', file]);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => basename(name, '.json'));
}
