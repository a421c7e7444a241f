import type { Digest } from '../../digest';
import type { WindowState } from '../../windows/window';
import type { Budget, Share } from './budget';
import { leastBytesOf, Segment } from './segment';

/** Where a row is, until the next one is added to its table or dropped. */
export interface Place {
  readonly cells: Float64Array;
  readonly at: number;
}

/** One for each first byte of a key: small enough for one to change its size between two requests without being felt, however many counters there are. */
const SEGMENTS = 256;
/** Bits of the first word after the first eight. */
const FIRST_BYTE = 22;

/** The counters of one window of a rule, in flat arrays. Only idle counters are ever dropped. */
export class Table {
  /** The row of all counters for which there is no room. */
  readonly overflow: Place;
  /** Until then a counter that several names or callers share may be in use. */
  sharedUntilMs = 0;
  private readonly segments: (Segment | undefined)[] = new Array<Segment | undefined>(SEGMENTS);
  private sweepIn = 0;
  private sweepAt = 0;

  constructor(
    private readonly window: WindowState,
    private readonly budget: Budget,
  ) {
    this.overflow = { cells: new Float64Array(window.width), at: 0 };
  }

  /** The row of a counter; undefined without one. */
  find(key: Digest): Place | undefined {
    const segment = this.segments[key.words[0] >> FIRST_BYTE];
    if (!segment) return undefined;
    const at = segment.find(key);
    return at < 0 ? undefined : { cells: segment.cells, at };
  }

  /** The row of a counter, if it is in use: an idle one counts as none. */
  findLive(key: Digest, nowMs: number): Place | undefined {
    const place = this.find(key);
    return place && !this.window.isIdle(place.cells, place.at, nowMs) ? place : undefined;
  }

  /** Keeps the counter's row from being dropped until {@link release}; false without one. */
  hold(key: Digest): boolean {
    return this.segments[key.words[0] >> FIRST_BYTE]?.hold(key) ?? false;
  }

  release(key: Digest): void {
    this.segments[key.words[0] >> FIRST_BYTE]?.release(key);
  }

  /** Gives the counter, which has none, a row of zeros and holds it; false where the budgets have no room for it. */
  add(key: Digest, nowMs: number, share: Share): boolean {
    const segment = this.segmentFor(key, nowMs, share);
    if (!segment) return false;
    segment.add(key);
    segment.hold(key);
    this.budget.take(0, 1);
    return true;
  }

  /** Drops the counter's row, if there is one. */
  remove(key: Digest): void {
    if (this.segments[key.words[0] >> FIRST_BYTE]?.remove(key)) this.budget.take(0, -1);
  }

  /** Drops idle rows among `slots` slots, from where the last sweep ended, and gives back the room of sparse segments. */
  sweep(slots: number, nowMs: number): void {
    for (let swept = 0; swept < slots; swept++) {
      const segment = this.segments[this.sweepIn];
      if (segment) {
        const some = Math.min(slots - swept, segment.slots - this.sweepAt);
        this.dropIdle(segment, this.sweepAt, some, nowMs);
        swept += some;
        this.sweepAt += some;
        if (this.sweepAt < segment.slots) continue;
        this.giveBack(this.sweepIn, segment);
      }
      this.sweepAt = 0;
      this.sweepIn = (this.sweepIn + 1) % SEGMENTS;
    }
  }

  /** Drops everything. */
  clear(): void {
    for (const segment of this.segments) if (segment) this.budget.take(-segment.bytes, -segment.count);
    this.segments.fill(undefined);
  }

  /** The segment of a counter, with a free slot; undefined where the budgets have no room. */
  private segmentFor(key: Digest, nowMs: number, share: Share): Segment | undefined {
    const index = key.words[0] >> FIRST_BYTE;
    const segment = this.segments[index];
    if (!segment) {
      const bytes = leastBytesOf(this.window);
      if (!this.hasRoom(bytes, share)) return undefined;
      this.budget.take(bytes, 0);
      return (this.segments[index] = new Segment(this.window));
    }
    if (segment.wantsToGrow) this.dropIdle(segment, 0, segment.slots, nowMs);
    if (segment.wantsToGrow && this.hasRoom(segment.bytes, share)) {
      this.budget.take(segment.bytes, 0);
      segment.grow();
    }
    return segment.isCrowded || !this.hasRoom(0, share) ? undefined : segment;
  }

  private hasRoom(bytes: number, share: Share): boolean {
    const { budget } = this;
    return budget.hasRoom(bytes, 1, share) && (budget.whole?.hasRoom(bytes, 1, share) ?? true);
  }

  private dropIdle(segment: Segment, from: number, slots: number, nowMs: number): void {
    const dropped = segment.dropIdle(from, slots, nowMs);
    if (dropped > 0) this.budget.take(0, -dropped);
  }

  private giveBack(index: number, segment: Segment): void {
    if (segment.count > 0) {
      this.budget.take(-segment.shrink(), 0);
      return;
    }
    this.budget.take(-segment.bytes, 0);
    this.segments[index] = undefined;
  }
}
