import { CounterStatus, type Quota, type Window } from './window';

/** A window is divided into this many parts: units admitted within one part count as admitted with the last of them. */
export const PARTS = 32;

/** Entries that a window with a large limit needs: the parts it covers fully, and the partial ones at both ends. */
const MAX_ENTRIES = PARTS + 2;

const COUNT = 0;
const FIRST_ENTRY = 1;
const ENTRY_WIDTH = 2;

/**
 * A log of what was spent in the last window: entries of a time and units, the oldest first.
 *
 * With a limit of up to {@link MAX_ENTRIES}, each unit has its own entry and the window is exact. With a larger limit,
 * units spent within one of {@link PARTS} parts of the window share the time of the last one: the window never admits
 * too many, and a unit becomes available at most one part too late.
 */
export class SlidingWindow implements Window {
  readonly width: number;
  readonly partMs: number;

  constructor(readonly quota: Quota) {
    const { limit, windowMs } = quota;
    const isExact = limit <= MAX_ENTRIES;
    this.partMs = isExact ? 0 : Math.ceil(windowMs / PARTS);
    this.width = FIRST_ENTRY + ENTRY_WIDTH * Math.min(limit, MAX_ENTRIES);
  }

  read(cells: Float64Array, offset: number, nowMs: number, units: number): CounterStatus {
    const { limit, windowMs } = this.quota;
    const end = this.endOf(cells, offset);
    const start = this.firstLive(cells, offset, end, nowMs);
    const used = usedIn(cells, start, end);
    const waitMs = units > limit ? Infinity : this.waitFor(used + units - limit, cells, start, nowMs);
    const resetMs = start < end ? (cells[end - ENTRY_WIDTH] ?? 0) + windowMs - nowMs : 0;
    return new CounterStatus(waitMs, limit - used, resetMs);
  }

  spend(cells: Float64Array, offset: number, nowMs: number, units: number): CounterStatus {
    const first = offset + FIRST_ENTRY;
    const end = this.endOf(cells, offset);
    const start = this.firstLive(cells, offset, end, nowMs);
    if (start > first) cells.copyWithin(first, start, end);
    let next = first + end - start;
    const last = next - ENTRY_WIDTH;
    if (start < end && this.isSamePart(cells[last] ?? 0, nowMs)) {
      cells[last] = nowMs;
      cells[last + 1] = (cells[last + 1] ?? 0) + units;
    } else {
      cells[next] = nowMs;
      cells[next + 1] = units;
      next += ENTRY_WIDTH;
    }
    cells[offset + COUNT] = (next - first) / ENTRY_WIDTH;
    return new CounterStatus(0, this.quota.limit - usedIn(cells, first, next), this.quota.windowMs);
  }

  isIdle(cells: Float64Array, offset: number, nowMs: number): boolean {
    const end = this.endOf(cells, offset);
    return this.firstLive(cells, offset, end, nowMs) === end;
  }

  private endOf(cells: Float64Array, offset: number): number {
    return offset + FIRST_ENTRY + ENTRY_WIDTH * (cells[offset + COUNT] ?? 0);
  }

  private firstLive(cells: Float64Array, offset: number, end: number, nowMs: number): number {
    const expired = nowMs - this.quota.windowMs;
    let entry = offset + FIRST_ENTRY;
    while (entry < end && (cells[entry] ?? 0) <= expired) entry += ENTRY_WIDTH;
    return entry;
  }

  /** How long until enough of the oldest entries have expired to free `excess` units. */
  private waitFor(excess: number, cells: Float64Array, start: number, nowMs: number): number {
    let entry = start;
    for (let freed = 0; freed < excess; entry += ENTRY_WIDTH) freed += cells[entry + 1] ?? 0;
    return excess <= 0 ? 0 : (cells[entry - ENTRY_WIDTH] ?? 0) + this.quota.windowMs - nowMs;
  }

  private isSamePart(thenMs: number, nowMs: number): boolean {
    return this.partMs === 0 ? thenMs === nowMs : Math.floor(thenMs / this.partMs) === Math.floor(nowMs / this.partMs);
  }
}

function usedIn(cells: Float64Array, start: number, end: number): number {
  let used = 0;
  for (let entry = start; entry < end; entry += ENTRY_WIDTH) used += cells[entry + 1] ?? 0;
  return used;
}
