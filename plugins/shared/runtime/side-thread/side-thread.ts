import { Piscina } from 'piscina';
import type { Metrics } from '../../../../kong/pdk';
import { PerProcess } from '../per-process';

/** A function that a module exports, to be called in the thread; what it takes and what it gives is copied. */
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
/** After it the thread ends without work, and gives its memory back. */
const IDLE_MS = 60_000;
/** The largest bodies that a configuration may allow need less. */
const HEAP = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 };

/**
 * A second thread, for work on large bodies that would hold up all other requests in the first. It starts with the first
 * task, and does not keep the process alive.
 */
export class SideThread {
  private pool: Piscina | undefined;
  private heldBytes = 0;

  /** Does the task there, on a copy of the bytes; rejects when the task throws, or the thread dies of it. */
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

/** One is enough for what is honest, and what is hostile must not get more. A new one takes the place of one that died. */
const createPool = (): Piscina =>
  new Piscina({ minThreads: 0, maxThreads: 1, idleTimeout: IDLE_MS, resourceLimits: HEAP, recordTiming: false });

const perProcess = new PerProcess<SideThread>();

/** The thread of the process, which all configurations of all plugins share. */
export const sideThreadOf = (metrics: Metrics): SideThread =>
  perProcess.get(metrics, 'side-thread', () => new SideThread());
