import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pluginSettings } from '../../../kong/plugin-server/kong-conf';
import { until } from '../../../kong/testkit/until';
import { PROGRAM, ROOT, RUN_TYPESCRIPT, YARDSTICKS } from './paths';
import type { Row, ServerKind } from './rows';

/** The processes that serve the external plugins of a row, and the settings with which Kong finds them. */
export interface PluginServers {
  readonly pids: readonly number[];
  readonly settings: Readonly<Record<string, string>>;
  stop(): void;
}

type Start = (folder: string, plugins: readonly string[], more?: Row['serve']) => Promise<PluginServers>;
const STARTERS: Readonly<Record<ServerKind, Start>> = {
  suite: (folder, plugins, more) => startOwn([PROGRAM], folder, plugins, more),
  'null-event': (folder, plugins) => startOwn([RUN_TYPESCRIPT, join(YARDSTICKS, 'null-event.ts')], folder, plugins),
  'go-yardstick': startGo,
  stock: startStock,
};

/** The row's declarative file, in its folder. */
export const CONFIGURATION = 'kong.yml';

/** Starts what serves these plugins; a folder of the row only, which contains its {@link CONFIGURATION}. */
export const startPluginServers = (kind: ServerKind, ...given: Parameters<Start>) => STARTERS[kind](...given);

/** Starts a plugin server of this project. */
async function startOwn(
  program: readonly string[],
  folder: string,
  plugins: readonly string[],
  more: Row['serve'] = { plugins: [], args: [] },
): Promise<PluginServers> {
  // Only the phases that the row's configuration needs, as for a deployment.
  const file = join(folder, CONFIGURATION);
  for (const name of plugins) describe(folder, name, process.execPath, [...program, 'dump', name, '--for', file]);
  const socket = join(folder, 'plugins.sock');
  const serve = [
    'serve',
    '--socket',
    socket,
    '--socket-mode',
    '0666',
    '--plugins',
    [...plugins, ...more.plugins].join(),
  ];
  const args = [...program, ...serve, ...more.args, '--allow-world-writable-directory', '--log-level', 'error'];
  return started(folder, [{ plugins, socket, command: process.execPath, args }]);
}

/** Compiles and starts the yardstick in Go. @throws when the toolchain or its modules are missing */
async function startGo(folder: string, plugins: readonly string[]): Promise<PluginServers> {
  const program = join(folder, 'go-yardstick');
  execFileSync('go', ['build', '-o', program, '.'], { cwd: join(YARDSTICKS, 'go'), stdio: 'pipe' });
  for (const name of plugins) describe(folder, name, program, ['-dump']);
  const socket = join(folder, 'go-yardstick.socket');
  return started(folder, [{ plugins, socket, command: program, args: ['-kong-prefix', folder], stderr: 'ignore' }]);
}

/** Starts one stock server per plugin: Kong uses the first plugin of a server only. */
async function startStock(folder: string, plugins: readonly string[]): Promise<PluginServers> {
  const server = join(ROOT, 'node_modules', 'kong-pdk', 'bin', 'kong-js-pluginserver');
  const programs = plugins.map((name): Program => {
    const directory = join(ROOT, 'dist', 'kong-js-pluginserver', name);
    describe(folder, name, process.execPath, [server, '-d', directory, '--dump-all-plugins']);
    const args = [server, '-p', folder, '--sock-name', `${name}.sock`, '-d', directory];
    return { plugins: [name], socket: join(folder, `${name}.sock`), command: process.execPath, args };
  });
  return started(folder, programs);
}

interface Program {
  readonly plugins: readonly string[];
  readonly socket: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The server in Go reports every start there. */
  readonly stderr?: 'ignore';
}

async function started(folder: string, programs: readonly Program[]): Promise<PluginServers> {
  const env = { ...process.env, KONG_AI_METRICS: '127.0.0.1:0', LOG_LEVEL: 'error' };
  const children = programs.map(({ command, args, stderr }) =>
    spawn(command, args, { stdio: ['ignore', 'ignore', stderr ?? 'inherit'], env }),
  );
  const stop = (): void => {
    for (const child of children) child.kill();
  };
  try {
    for (const { socket } of programs) {
      await until(() => existsSync(socket) || children.some(({ exitCode }) => exitCode !== null), socket, 30_000);
      // Kong's workers run as another user.
      chmodSync(socket, 0o666);
    }
  } catch (error) {
    stop();
    throw error;
  }
  const names = programs.flatMap(({ plugins }) => plugins);
  return {
    pids: children.map(({ pid = 0 }) => pid),
    settings: {
      ...programs.reduce((all, { plugins, socket }) => ({ ...all, ...pluginSettings(plugins, socket, folder) }), {}),
      plugins: ['bundled', ...names].join(),
      pluginserver_names: names.join(),
    },
    stop,
  };
}

/** Writes the description of a plugin where Kong reads it. */
function describe(folder: string, name: string, command: string, args: readonly string[]): void {
  writeFileSync(join(folder, `${name}.json`), execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
}
