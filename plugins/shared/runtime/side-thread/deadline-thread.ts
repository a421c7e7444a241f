import { Piscina } from 'piscina';

/** A function that a module exports, to be called in the thread. Its input and its result are copied. */
export interface DeadlineTask<Input, Output> {
  /** Path of the module, without extension. */
  readonly module: string;
  /** The name of the exported function. */
  readonly name: string;
  /** Never set: carries the type of the function. */
  readonly run?: (input: Input) => Output;
}

/** Returned in place of a result if the task missed its deadline. */
export const TOO_LATE = 'too_late';

/** After this time without work the thread ends and frees its memory. */
const IDLE_MS = 60_000;
const HEAP = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 };
/** The time to load code does not count for the deadline of a task. */
const WARM_UP_MS = 60_000;

/**
 * A thread for work that untrusted input may make endless: a task that misses its deadline is ended with its thread, and a
 * new thread runs the next task. Tasks run one after the other. The thread does not keep the process alive.
 */
export class DeadlineThread {
  private pool: Piscina | undefined;
  private last: Promise<unknown> = Promise.resolve();

  /** `warmUp` is called before each task, to load its code. */
  constructor(private readonly warmUp: DeadlineTask<undefined, void>) {}

  /** Runs the task; rejects if it throws or the thread fails. The deadline starts when the task starts. */
  run<Input, Output>(
    task: DeadlineTask<Input, Output>,
    input: Input,
    deadlineMs: number,
  ): Promise<Output | typeof TOO_LATE> {
    const turn = this.last.then(async () => {
      await this.call(this.warmUp, undefined, WARM_UP_MS);
      return this.call(task, input, deadlineMs);
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async call<Input, Output>(
    { module, name }: DeadlineTask<Input, Output>,
    input: Input,
    deadlineMs: number,
  ): Promise<Output | typeof TOO_LATE> {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      abort.abort();
    }, deadlineMs).unref();
    try {
      this.pool ??= new Piscina({ minThreads: 0, maxThreads: 1, idleTimeout: IDLE_MS, resourceLimits: HEAP });
      return (await this.pool.run(input, { filename: module, name, signal: abort.signal })) as Output;
    } catch (error) {
      if (abort.signal.aborted) return TOO_LATE;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
