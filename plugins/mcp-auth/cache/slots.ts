/** Bounds work that runs at the same time, and what waits for it. */
export class Slots {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly size: number,
    private readonly maxWaiting: number,
  ) {}

  /** Runs the work when there is room; undefined, at once, if too much is waiting already. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.running >= this.size) {
      if (this.waiting.length >= this.maxWaiting) return undefined;
      await new Promise<void>((proceed) => this.waiting.push(proceed));
    } else this.running += 1;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      // The slot goes to the next one, or is free.
      if (next) next();
      else this.running -= 1;
    }
  }
}
