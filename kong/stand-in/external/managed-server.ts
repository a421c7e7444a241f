import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { PluginServer } from '../config/settings';

const RESPAWN_MS = 1000;
const KILL_AFTER_MS = 5000;

/** A plugin server that the gateway starts itself (`start_cmd`): its output is logged, it is started again when it ends. */
export class ManagedServer {
  private child: ChildProcess | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isStopping = false;

  constructor(
    private readonly server: PluginServer,
    private readonly command: string,
    private readonly log: (level: string, message: string) => void,
  ) {}

  /** Starts the process, at most once a second. */
  start(): void {
    const { name } = this.server;
    this.log('notice', `[pluginserver] starting pluginserver process for ${name}`);
    const startedAt = Date.now();
    const child = spawn('/bin/sh', ['-c', `exec ${this.command}`], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.log('info', `[${name}:${child.pid ?? 0}] ${line}`);
      });
    }
    child.on('error', (error) => {
      this.log('err', `[pluginserver] ${name}: ${error.message}`);
    });
    child.on('exit', (code, signal) => {
      if (this.isStopping) return;
      if (code === 127) {
        this.log(
          'err',
          `[pluginserver] external pluginserver "${name}" start command "${this.command}" exited with "command not found"`,
        );
      } else {
        this.log('notice', `external pluginserver '${name}' terminated: ${signal ?? 'exit'} ${code ?? ''}`);
      }
      this.timer = setTimeout(
        () => {
          this.start();
        },
        Math.max(0, startedAt + RESPAWN_MS - Date.now()),
      );
    });
  }

  /** Ends the process, by force if it takes long. */
  async stop(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    await gone;
    clearTimeout(force);
  }
}
