import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { untilAnswers } from './answers';
import { kongVariables, logOf, urlOf, type Layout } from './layout';
import type { Part } from './part';
import { Program } from './program';

/** Starts Kong or the stand-in with kong.yml. */
export async function startGateway(
  engine: 'kong' | 'stand-in',
  layout: Layout,
  add: (part: Part) => void,
): Promise<void> {
  const gateway = engine === 'kong' ? startKong(layout) : startStandIn(layout);
  add(gateway);
  await untilAnswers(`${urlOf(layout, 'status')}/status`, gateway);
}

function startStandIn(layout: Layout): Part {
  const { root } = layout;
  return new Program({
    name: 'the stand-in for Kong',
    command: process.execPath,
    args: [join(root, 'dist', 'kong', 'stand-in', 'main.js'), '--conf', join(root, 'kong', 'kong.conf')],
    env: kongVariables(layout),
    logFile: logOf(layout, 'gateway'),
  });
}

/** Kong runs as a daemon and writes its logs below its prefix. */
function startKong(layout: Layout): Part {
  const prefix = join(layout.folder, 'kong');
  kong(layout, 'start', '-c', join(layout.root, 'kong', 'kong.conf'));
  return {
    name: 'Kong',
    ended: new Promise(() => undefined),
    stop: () => {
      kong(layout, 'stop', '-p', prefix);
      return Promise.resolve();
    },
    kill: () => {
      spawnSync('kong', ['stop', '-p', prefix], { stdio: 'ignore' });
    },
  };
}

function kong(layout: Layout, ...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync('kong', args, {
    env: { ...process.env, ...kongVariables(layout) },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`kong ${args[0]} failed:\n${stderr}${stdout}`);
}
