import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { Metrics } from '../../../../kong/pdk';
import { PerProcess } from '../per-process';

/** A function that a module exports, to be called in the thread. Its input and its result are copied. */
export interface Task<Input extends TaskInput, Output> {
  /** Path of the module, without extension. */
  readonly module: string;
  /** The name of the exported function. */
  readonly name: string;
  /** Never set: carries the type of the function. */
  readonly run?: (input: Input) => Output | Promise<Output>;
}

interface TaskInput {
  /** The data to work on. */
  readonly bytes: Uint8Array;
  /** Connects the task to `answer` of {@link SideThread.run}: one message in reply to each message. */
  readonly port?: MessagePort;
}

/** Returned in place of a result if too many bytes are being worked on or waiting. */
export const BUSY = 'busy';

/** Bytes that may be worked on or waiting at one time; a task is always accepted if there is no other. */
export const MAX_HELD_BYTES = 33_554_432;
/** The least that is allocated for a task, and the most that is kept for the next one. */
const MIN_SHARED_BYTES = 1_048_576;
const MAX_SPARE_BYTES = 8_388_608;
/** After this time without work the thread ends and frees its memory. */
const IDLE_MS = 60_000;
/** Enough for the largest bodies that a configuration allows. */
const HEAP = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 };

/**
 * A second thread, for work on large bodies that would block all other requests in the main thread. It starts with the
 * first task, and does not keep the process alive.
 */
export class SideThread {
  private pool: Piscina | undefined;
  private heldBytes = 0;
  /** Memory of an earlier task: to allocate it for each body would cause most of the garbage collections. */
  private spare: SharedArrayBuffer | undefined;

  /**
   * Runs the task in the thread, on a copy of the bytes that it must not keep. Rejects if the task throws or the thread dies.
   *
   * @param answer called in the main thread with each question that the task sends through its port; its result is copied
   */
  async run<Input extends TaskInput, Output>(
    { module, name }: Task<Input, Output>,
    bytes: Uint8Array,
    rest: Omit<Input, 'bytes' | 'port'>,
    answer?: (question: never) => unknown,
  ): Promise<Output | typeof BUSY> {
    if (this.heldBytes > 0 && this.heldBytes + bytes.length > MAX_HELD_BYTES) return BUSY;
    this.heldBytes += bytes.length;
    const memory = this.take(bytes.length);
    const shared = new Uint8Array(memory, 0, bytes.length);
    shared.set(bytes);
    const channel = answer && openChannel(answer);
    try {
      this.pool ??= createPool();
      const input = { ...rest, bytes: shared, ...(channel && { port: channel.port2 }) };
      const transferList = channel ? [channel.port2] : [];
      return (await this.pool.run(input, { filename: module, name, transferList })) as Output;
    } catch (error) {
      throw channel?.failure ?? error;
    } finally {
      channel?.port1.close();
      this.heldBytes -= bytes.length;
      if (memory.byteLength <= MAX_SPARE_BYTES) this.spare = memory;
    }
  }

  /** Memory that both threads see: that of an earlier task if it is free and large enough. */
  private take(bytes: number): SharedArrayBuffer {
    const { spare } = this;
    this.spare = undefined;
    return spare && spare.byteLength >= bytes ? spare : new SharedArrayBuffer(Math.max(bytes, MIN_SHARED_BYTES));
  }
}

interface AnswerChannel extends Pick<MessageChannel, 'port1' | 'port2'> {
  /** What `answer` threw; the task fails then, because its port closes. */
  failure: unknown;
}

function openChannel(answer: (question: never) => unknown): AnswerChannel {
  const { port1, port2 } = new MessageChannel();
  const channel: AnswerChannel = { port1, port2, failure: undefined };
  port1.on('message', (question) => {
    try {
      port1.postMessage(answer(question as never));
    } catch (error) {
      channel.failure = error;
      port1.close();
    }
  });
  port1.unref();
  return channel;
}

/** One thread is enough for normal load, and hostile clients must not get more. A new one replaces one that died. */
const createPool = (): Piscina =>
  new Piscina({ minThreads: 0, maxThreads: 1, idleTimeout: IDLE_MS, resourceLimits: HEAP, recordTiming: false });

const perProcess = new PerProcess<SideThread>();

/** The thread of the process, shared by all configurations of all plugins. */
export const sideThreadOf = (metrics: Metrics): SideThread =>
  perProcess.get(metrics, 'side-thread', () => new SideThread());
