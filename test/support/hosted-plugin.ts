import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { HostCommand } from './plugin-host';

/** A plugin that runs in a process of its own. */
export interface HostedPlugin {
  send(command: HostCommand): Promise<unknown>;
  /** The output of the process on stdout and stderr so far. */
  printed(): string;
  stop(): Promise<void>;
}

/** Starts the process; the caller stops it. */
export function hostPlugin(): HostedPlugin {
  const child = fork(join(__dirname, 'run-typescript.mjs'), [join(__dirname, 'plugin-host.ts')], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = [];
  child.on('message', ({ answer }: { answer: unknown }) => waiting.shift()?.resolve(answer));
  child.on('exit', (code) => {
    for (const { reject } of waiting) reject(new Error(`the host ended with ${String(code)}: ${output}`));
  });
  return {
    send: (command) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.send(command);
      }),
    printed: () => output,
    stop: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
