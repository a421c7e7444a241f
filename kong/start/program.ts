import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import type { Part } from './part';

/** What to run, and the files for its output. */
export interface ProgramOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Receives its output. */
  readonly logFile: string;
  /** Contains the process id, so that others can send signals. */
  readonly pidFile?: string;
  /** Restarts the program when it exits by itself, like the restart policy of a container. {@link Program.keep} sets it later. */
  readonly restart?: boolean;
}

/** Milliseconds between an exit and the restart. */
const RESTART_DELAY_MS = 500;
/** Milliseconds after SIGTERM until the program is killed. */
const STOP_GRACE_MS = 12_000;

/** A child process in its own process group: Ctrl-C reaches only its parent, which stops all programs in order. */
export class Program implements Part {
  private child: ChildProcess;
  private stopping = false;
  private restartTimer: NodeJS.Timeout | undefined;
  private isKept: boolean;
  readonly ended: Promise<never>;
  private end!: (error: Error) => void;

  constructor(private readonly options: ProgramOptions) {
    this.isKept = options.restart ?? false;
    this.ended = new Promise((_resolve, reject) => {
      this.end = reject;
    });
    // Nobody may be waiting for it yet: that is not an unhandled rejection.
    this.ended.catch(() => undefined);
    this.child = this.spawn();
  }

  get name(): string {
    return this.options.name;
  }

  /** From now on the program is restarted when it exits by itself. */
  keep(): void {
    this.isKept = true;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.restartTimer);
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
    await gone;
    clearTimeout(killer);
  }

  kill(): void {
    this.stopping = true;
    this.child.kill('SIGKILL');
  }

  private spawn(): ChildProcess {
    const { command, args, env, logFile, pidFile } = this.options;
    const log = openSync(logFile, 'a');
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...env },
    });
    closeSync(log);
    if (pidFile !== undefined && child.pid !== undefined) writeFileSync(pidFile, String(child.pid));
    child.once('error', (error) => {
      this.end(new Error(`${this.name} failed to start: ${error.message}`));
    });
    child.once('exit', (code, signal) => {
      this.noteEnd(signal ?? `status ${code}`);
    });
    return child;
  }

  private noteEnd(how: string): void {
    if (this.stopping) return;
    if (this.isKept) {
      this.restartTimer = setTimeout(() => {
        this.child = this.spawn();
      }, RESTART_DELAY_MS);
      return;
    }
    this.end(new Error(`${this.name} exited with ${how}:\n${lastLines(this.options.logFile)}`));
  }
}

const lastLines = (file: string): string => readFileSync(file, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
