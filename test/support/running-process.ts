import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Which of these programs are not on PATH. */
export const missingPrograms = (...names: readonly string[]): string[] =>
  names.filter((name) => spawnSync('which', [name], { stdio: 'ignore' }).status !== 0);

/** A program that a test started, with all that it printed. */
export interface RunningProcess {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Ends it and waits for that. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a program; `user` is the id of the user that runs it. */
export function startProcess(command: string, args: readonly string[], user?: number): RunningProcess {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(user !== undefined && { uid: user, gid: user }),
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-20_000)));
  }
  child.on('error', (error) => (text += error.message));
  return {
    child,
    output: () => text,
    stop: async (signal = 'SIGKILL') => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}
