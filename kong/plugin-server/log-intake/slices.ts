import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Entries are handled for this long before other work of the process runs, in milliseconds. An event of a request needs
 * two turns of the event loop, and waits for a slice in each.
 */
export const SLICE_MS = 0.5;

/** Divides the time of the process between the entries of all batches and other work. */
export class Slices {
  private startedAtMs = -Infinity;
  private next: Promise<void> | undefined;

  /**
   * @param nowMs milliseconds of a clock that never goes back
   * @param pause lets other work run
   */
  constructor(
    private readonly nowMs: () => number = () => performance.now(),
    private readonly pause: () => Promise<unknown> = nextTurn,
  ) {}

  /** Undefined while the slice lasts; else waits for the next one, which all batches share. */
  wait(): Promise<void> | undefined {
    if (this.nowMs() - this.startedAtMs < SLICE_MS) return undefined;
    this.next ??= this.pause().then(() => {
      this.next = undefined;
      this.startedAtMs = this.nowMs();
    });
    return this.next;
  }
}
