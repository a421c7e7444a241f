import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import type { Part } from './part';

/** What to run, and where its traces go. */
export interface ProgramOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Gets all that it prints. */
  readonly logFile: string;
  /** Keeps the process id, for who wants to signal it. */
  readonly pidFile?: string;
  /** Starts it again when it ends by itself, as a container's restart policy does; or once {@link Program.keep} says so. */
  readonly restart?: boolean;
}

/** Milliseconds between an end and the next start. */
const RESTART_DELAY_MS = 500;
/** Milliseconds that a program has to stop by itself. */
const STOP_GRACE_MS = 12_000;

/** A child process in a group of its own, so that Ctrl-C reaches only who started it and the order of stopping is kept. */
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
    // It is raced against what waits for the program; once all is ready, the last one to listen is the main program.
    this.ended.catch(() => undefined);
    this.child = this.spawn();
  }

  get name(): string {
    return this.options.name;
  }

  /** From now on it is started again when it ends by itself. */
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
      this.end(new Error(`${this.name} did not start: ${error.message}`));
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
    this.end(new Error(`${this.name} ended with ${how}:\n${lastLines(this.options.logFile)}`));
  }
}

const lastLines = (file: string): string => readFileSync(file, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
