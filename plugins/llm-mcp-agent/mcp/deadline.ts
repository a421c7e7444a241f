/** How often a sign of progress extends a deadline. */
const MAX_EXTENSIONS = 4;

/** A deadline of one request: its signal aborts when the time is over, or when the run ends. */
export class Deadline {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout;
  private extensions = 0;
  isOver = false;

  constructor(
    private readonly ms: number,
    private readonly run: AbortSignal,
  ) {
    this.timer = this.start();
    if (run.aborted) this.controller.abort();
    else run.addEventListener('abort', this.onEnd, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Starts the time again, a few times: a server that reports progress for ever must not run for ever. */
  extend(): void {
    if (this.isOver || this.extensions >= MAX_EXTENSIONS) return;
    this.extensions += 1;
    clearTimeout(this.timer);
    this.timer = this.start();
  }

  /** Releases the timer; call it when the request is finished. */
  clear(): void {
    clearTimeout(this.timer);
    this.run.removeEventListener('abort', this.onEnd);
  }

  private readonly onEnd = (): void => {
    this.controller.abort();
  };

  private start(): NodeJS.Timeout {
    return setTimeout(() => {
      this.isOver = true;
      this.controller.abort();
    }, this.ms);
  }
}
