import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import type { Metrics } from '../../../kong/pdk';
import { PerProcess } from '../per-process';

/** A function that a module exports, to be called in a thread; what it takes and what it gives is copied. */
export interface Task<Input, Output> {
  /** Path of the module, without extension. */
  readonly module: string;
  /** The function's name among the module's exports. */
  readonly name: string;
  /** Only a type: what the function is. */
  readonly run?: (input: Input) => Output;
}

/** So much work waits already that no more is taken. */
export const BUSY = 'busy';

const MAX_THREADS = 4;
/** Tasks that wait for a thread; each holds a request's body. */
export const MAX_WAITING = 32;
/** After it a thread without work ends, and gives its memory back. */
const IDLE_MS = 60_000;

/**
 * Threads for work that would hold up all other requests if it were done beside them. None runs before the first task,
 * and none keeps the process alive.
 */
export class Threads {
  private pool: Piscina | undefined;

  /**
   * Does the task in a thread. Buffers in `handedOver` are given away to it, not copied.
   *
   * Rejects when the task throws, or its thread dies.
   */
  async run<Input, Output>(
    { module, name }: Task<Input, Output>,
    input: Input,
    handedOver: readonly ArrayBuffer[] = [],
  ): Promise<Output | typeof BUSY> {
    this.pool ??= new Piscina({
      minThreads: 0,
      // One core stays with the thread that answers everybody else.
      maxThreads: Math.max(1, Math.min(MAX_THREADS, availableParallelism() - 1)),
      idleTimeout: IDLE_MS,
      recordTiming: false,
    });
    if (this.pool.queueSize >= MAX_WAITING) return BUSY;
    return (await this.pool.run(input, {
      filename: module,
      name,
      transferList: [...handedOver],
    })) as Output;
  }
}

const perProcess = new PerProcess<Threads>();

/** The threads of the process, which all configurations of all plugins share. */
export const threadsOf = (metrics: Metrics): Threads => perProcess.get(metrics, 'threads', () => new Threads());
