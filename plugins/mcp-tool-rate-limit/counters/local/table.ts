import type { Digest } from '../../digest';
import type { Window } from '../../windows/window';
import type { Budget, Share } from './budget';
import { minBytesOf, Segment } from './segment';

/** The numbers of one counter in their array. Valid until a row of its table is added or dropped. */
export interface Row {
  readonly cells: Float64Array;
  readonly offset: number;
}

/** One per first byte of a key: so small that resizing one between two requests takes no noticeable time. */
const SEGMENTS = 256;
/** Shifts the first byte out of a key's first word. */
const FIRST_BYTE_SHIFT = 22;

/** Slots of a table that are searched for idle counters before a new counter is rejected for lack of room. */
export const SWEPT_SLOTS = 512;

/** The counters of one window of a rule. Only idle counters are dropped. */
export class Table {
  /** The row of all counters that there is no room for. */
  readonly overflow: Row;
  /** Until this time a counter that several names or callers share may be in use. */
  sharedUntilMs = 0;
  private readonly segments: (Segment | undefined)[] = new Array<Segment | undefined>(SEGMENTS);
  private sweepSegment = 0;
  private sweepSlot = 0;

  constructor(
    private readonly window: Window,
    private readonly budget: Budget,
  ) {
    this.overflow = { cells: new Float64Array(window.width), offset: 0 };
  }

  /** The row of a counter; undefined without one. */
  find(key: Digest): Row | undefined {
    const segment = this.segments[segmentIndexOf(key)];
    if (!segment) return undefined;
    const offset = segment.find(key);
    return offset < 0 ? undefined : { cells: segment.cells, offset };
  }

  /** The row of a counter in use: an idle row is equivalent to none. */
  findLive(key: Digest, nowMs: number): Row | undefined {
    const row = this.find(key);
    return row && !this.window.isIdle(row.cells, row.offset, nowMs) ? row : undefined;
  }

  /** Keeps the counter's row from being dropped until {@link unpin}; false without a row. */
  pin(key: Digest): boolean {
    return this.segments[segmentIndexOf(key)]?.pin(key) ?? false;
  }

  unpin(key: Digest): void {
    this.segments[segmentIndexOf(key)]?.unpin(key);
  }

  /** Adds a pinned row of zeros for a counter that has none; false if the budgets have no room for it. */
  add(key: Digest, nowMs: number, share: Share): boolean {
    const segment = this.segmentFor(key, nowMs, share);
    if (!segment) return false;
    segment.add(key);
    segment.pin(key);
    this.budget.use(0, 1);
    return true;
  }

  /** Removes the counter's row, if it has one. */
  remove(key: Digest): void {
    if (this.segments[segmentIndexOf(key)]?.remove(key)) this.budget.use(0, -1);
  }

  /** Drops idle rows in `slots` slots from where the last sweep ended, and shrinks sparse segments on the way. */
  sweep(slots: number, nowMs: number): void {
    for (let swept = 0; swept < slots; swept++) {
      const segment = this.segments[this.sweepSegment];
      if (segment) {
        const some = Math.min(slots - swept, segment.slots - this.sweepSlot);
        this.dropIdle(segment, this.sweepSlot, some, nowMs);
        swept += some;
        this.sweepSlot += some;
        if (this.sweepSlot < segment.slots) continue;
        this.shrink(this.sweepSegment, segment);
      }
      this.sweepSlot = 0;
      this.sweepSegment = (this.sweepSegment + 1) % SEGMENTS;
    }
  }

  /** Removes all rows. */
  clear(): void {
    for (const segment of this.segments) if (segment) this.budget.use(-segment.bytes, -segment.count);
    this.segments.fill(undefined);
  }

  /** The segment of a counter, with a free slot; undefined if the budgets have no room. */
  private segmentFor(key: Digest, nowMs: number, share: Share): Segment | undefined {
    const index = segmentIndexOf(key);
    const segment = this.segments[index];
    if (!segment) {
      const bytes = minBytesOf(this.window);
      if (!this.hasRoom(bytes, share)) return undefined;
      this.budget.use(bytes, 0);
      return (this.segments[index] = new Segment(this.window));
    }
    if (segment.shouldGrow) this.dropIdle(segment, 0, segment.slots, nowMs);
    if (segment.shouldGrow && this.hasRoom(segment.bytes, share)) {
      this.budget.use(segment.bytes, 0);
      segment.grow();
    }
    return segment.isCrowded || !this.hasRoom(0, share) ? undefined : segment;
  }

  private hasRoom(bytes: number, share: Share): boolean {
    const { budget } = this;
    return budget.hasRoom(bytes, 1, share) && (budget.parent?.hasRoom(bytes, 1, share) ?? true);
  }

  private dropIdle(segment: Segment, from: number, slots: number, nowMs: number): void {
    const dropped = segment.dropIdle(from, slots, nowMs);
    if (dropped > 0) this.budget.use(0, -dropped);
  }

  private shrink(segmentIndex: number, segment: Segment): void {
    if (segment.count > 0) {
      this.budget.use(-segment.shrink(), 0);
      return;
    }
    this.budget.use(-segment.bytes, 0);
    this.segments[segmentIndex] = undefined;
  }
}

const segmentIndexOf = (key: Digest): number => key.words[0] >> FIRST_BYTE_SHIFT;
