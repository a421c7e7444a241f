import type { Digest } from '../keys';
import type { WindowState } from '../windows/window';
import { Segment } from './segment';

/** How many counters may be kept, and how many are: shared by the tables of a configuration. */
export interface Budget {
  readonly max: number;
  held: number;
}

/** Where a row is, until the next one is added to its table. */
export interface Place {
  readonly cells: Float64Array;
  readonly at: number;
  /** Units that earlier charges of the same request ask of the same row. */
  readonly ahead: number;
}

/** One for each first byte of a key: small enough for one to be rebuilt between two requests without being felt, however many counters there are. */
const SEGMENTS = 256;
/** Bits of the first word after the first eight. */
const FIRST_BYTE = 22;

/** So many places are searched for an idle counter before a new one is told that there is no room. */
const SEARCHED = 512;

/** The counters of one window of a rule, in flat arrays. Only idle counters are ever removed. */
export class Table {
  /** The row of all counters for which there is no room. */
  readonly overflow: Float64Array;
  private readonly segments: (Segment | undefined)[] = new Array<Segment | undefined>(SEGMENTS);
  private searchIn = 0;
  private searchAt = 0;

  constructor(
    private readonly window: WindowState,
    private readonly budget: Budget,
  ) {
    this.overflow = new Float64Array(window.width);
  }

  /** The row of a counter; undefined without one. */
  find(key: Digest): Place | undefined {
    const segment = this.segmentOf(key);
    const at = segment.find(key);
    return at < 0 ? undefined : { cells: segment.cells, at, ahead: 0 };
  }

  /** Gives the counter a row of zeros; there must be none, and room in the budget. */
  add(key: Digest, nowMs: number): void {
    this.budget.held += 1 - this.segmentOf(key).add(key, nowMs);
  }

  /** Bytes of the arrays. */
  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + (segment?.bytes ?? 0), 0);
  }

  private segmentOf(key: Digest): Segment {
    const index = key.words[0] >> FIRST_BYTE;
    return (this.segments[index] ??= new Segment(this.window));
  }

  /** Removes idle counters, looking where the last search ended; true when the budget has room then. */
  makeRoom(nowMs: number): boolean {
    for (let searched = 0; searched < SEARCHED && this.budget.held >= this.budget.max;) {
      const segment = this.segments[this.searchIn];
      const slots = segment ? Math.min(SEARCHED, segment.slots - this.searchAt) : 0;
      this.budget.held -= segment?.dropIdle(this.searchAt, slots, nowMs) ?? 0;
      searched += slots + 1;
      this.searchAt += slots;
      if (segment && this.searchAt < segment.slots) continue;
      this.searchAt = 0;
      this.searchIn = (this.searchIn + 1) % SEGMENTS;
    }
    return this.budget.held < this.budget.max;
  }
}
