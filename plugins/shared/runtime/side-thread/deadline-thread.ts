import { Piscina } from 'piscina';

/** A function that a module exports, to be called in the thread; what it takes and what it gives is copied. */
export interface DeadlineTask<Input, Output> {
  /** Path of the module, without extension. */
  readonly module: string;
  /** The function's name among the module's exports. */
  readonly name: string;
  /** Only a type: what the function is. */
  readonly run?: (input: Input) => Output;
}

/** The work was not done in time, and will not be. */
export const TOO_LATE = 'too_late';

/** After it the thread ends without work, and gives its memory back. */
const IDLE_MS = 60_000;
const HEAP = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 };
/** Loading code has no part in a deadline. */
const WARM_UP_MS = 60_000;

/**
 * A thread for work that a stranger's input may make endless: what is not done by its deadline is ended with its
 * thread, and a new one takes the next. Tasks are done one after the other. It does not keep the process alive.
 */
export class DeadlineThread {
  private pool: Piscina | undefined;
  private last: Promise<unknown> = Promise.resolve();

  /** `warmUp` is called before each task, to load what it needs. */
  constructor(private readonly warmUp: DeadlineTask<undefined, void>) {}

  /** Does the task; rejects when it throws or breaks the thread. The deadline begins when its turn comes. */
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
