/** How many units of cost may be spent in how much time. */
export interface Quota {
  /** Units per window, a positive integer. */
  readonly limit: number;
  /** A positive integer. */
  readonly windowMs: number;
  /**
   * Absent: any `limit` units within a window, at once or spread. Given: units are paced, one per `windowMs / limit`,
   * and this many may run ahead of the pace.
   */
  readonly burst?: number;
}

/** The longest time that a counter stays in use after a call, in milliseconds. */
export const lifetimeMsOf = ({ limit, windowMs, burst }: Quota): number =>
  burst === undefined ? windowMs : Math.ceil(((burst + 1) * windowMs) / limit);

/**
 * The status of a counter at one moment.
 *
 * A class, because V8 is slow with object literals that have the same members but are created in several places with
 * different kinds of numbers.
 */
export class CounterStatus {
  constructor(
    /** How long until the requested units fit: 0 when they fit now, Infinity when they never will. */
    readonly waitMs: number,
    /** Units that could be spent now. */
    readonly remaining: number,
    /** How long until the counter is empty. */
    readonly resetMs: number,
  ) {}
}

/**
 * The algorithm that counts one quota. It keeps each counter in a row of numbers, all zero for an empty counter.
 *
 * In no half-open window of `windowMs`, by the clock of the caller, does a counter admit more than `limit + burst`
 * units. Times are whole milliseconds that never go back.
 *
 * A row is a range of a larger array, so that a table can keep millions of counters in a few flat arrays.
 */
export interface Window {
  readonly quota: Quota;
  /** Units that a sliding window admits within this many milliseconds may share an entry; 0: each has its own. */
  readonly partMs: number;
  /** How many numbers a row has. */
  readonly width: number;
  /** The status of the row that starts at `offset`, for a request of `units`; changes nothing. */
  read(cells: Float64Array, offset: number, nowMs: number, units: number): CounterStatus;
  /**
   * Spends `units`, which {@link read} found to fit at the same moment.
   *
   * @returns what {@link read} would return now for a request of no units
   */
  spend(cells: Float64Array, offset: number, nowMs: number, units: number): CounterStatus;
  /** True when the counter is empty: its row could as well be all zero. */
  isIdle(cells: Float64Array, offset: number, nowMs: number): boolean;
}
