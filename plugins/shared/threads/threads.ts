import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import type { Metrics } from '../../../kong/pdk';
import { PerProcess } from '../per-process';

/** A function that a module exports, to be called in a thread; what it takes and what it gives is copied. */
export interface Task<Input extends WithBytes, Output> {
  /** Path of the module, without extension. */
  readonly module: string;
  /** The function's name among the module's exports. */
  readonly name: string;
  /** Only a type: what the function is. */
  readonly run?: (input: Input) => Output;
}

interface WithBytes {
  /** What the work is done on. */
  readonly bytes: Uint8Array;
}

/** So many bytes are being worked on, or wait, that no more are taken. */
export const BUSY = 'busy';

/** Bytes that may be worked on or wait at one time; the first ones are always taken. */
export const MAX_HELD_BYTES = 33_554_432;
const MAX_THREADS = 2;
/** After it a thread without work ends, and gives its memory back. */
const IDLE_MS = 60_000;
/** Of one thread. The largest bodies that a configuration may allow need less. */
const HEAP = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 };

/**
 * Threads for work on large bodies, which would hold up all other requests if it were done beside them. None runs
 * before the first task, and none keeps the process alive.
 */
export class Threads {
  private pool: Piscina | undefined;
  private heldBytes = 0;

  /** Does the task in a thread, on a copy of the bytes; rejects when the task throws, or its thread dies. */
  async run<Input extends WithBytes, Output>(
    { module, name }: Task<Input, Output>,
    bytes: Uint8Array,
    rest: Omit<Input, 'bytes'>,
  ): Promise<Output | typeof BUSY> {
    if (this.heldBytes > 0 && this.heldBytes + bytes.length > MAX_HELD_BYTES) return BUSY;
    this.heldBytes += bytes.length;
    // Handing a view over would copy all of the buffer around it.
    const copy = new Uint8Array(bytes);
    try {
      this.pool ??= createPool();
      const options = { filename: module, name, transferList: [copy.buffer] };
      return (await this.pool.run({ ...rest, bytes: copy }, options)) as Output;
    } finally {
      this.heldBytes -= bytes.length;
    }
  }
}

const createPool = (): Piscina =>
  new Piscina({
    minThreads: 0,
    // One core stays with the thread that answers everybody else.
    maxThreads: Math.max(1, Math.min(MAX_THREADS, availableParallelism() - 1)),
    idleTimeout: IDLE_MS,
    resourceLimits: HEAP,
    recordTiming: false,
  });

const perProcess = new PerProcess<Threads>();

/** The threads of the process, which all configurations of all plugins share. */
export const threadsOf = (metrics: Metrics): Threads => perProcess.get(metrics, 'threads', () => new Threads());
