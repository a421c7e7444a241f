/** A window of a rule: how many units of cost may be spent in how much time. */
export interface Quota {
  /** Units per window, a positive integer. */
  readonly limit: number;
  /** A positive integer. */
  readonly windowMs: number;
  /**
   * Absent: any `limit` units within a window, whenever they come. Given: units are paced, one each
   * `windowMs / limit`, with so many ahead of the pace.
   */
  readonly burst?: number;
}

/** The longest that a counter stays in use after a call, in milliseconds. */
export const lifetimeMsOf = ({ limit, windowMs, burst }: Quota): number =>
  burst === undefined ? windowMs : Math.ceil(((burst + 1) * windowMs) / limit);

/**
 * Where a counter stands, as seen at one moment.
 *
 * A class, since V8 makes literals of one shape and of other kinds of numbers in several places slowly.
 */
export class Reading {
  constructor(
    /** How long until the units that were asked for fit: 0 when they do, Infinity when they never will. */
    readonly waitMs: number,
    /** Units that could be spent now. */
    readonly remaining: number,
    /** How long until the counter is as if nothing had ever been spent. */
    readonly resetMs: number,
  ) {}
}

/**
 * How the counters of one quota are kept: a row of numbers each, all zero for a counter that nothing was spent on.
 *
 * In no half-open window of `windowMs`, by the clock of the caller, does a counter admit more than `limit + burst`
 * units, however the calls come. Times are whole milliseconds that never go back.
 */
export interface WindowState {
  readonly quota: Quota;
  /** Units spent within so many milliseconds of a sliding window may share an entry; 0 where none do. */
  readonly partMs: number;
  /** How many numbers a row has. */
  readonly width: number;
  /** Looks at the row that begins at `at`, as if `units` were asked for; changes nothing. */
  read(cells: Float64Array, at: number, nowMs: number, units: number): Reading;
  /** Spends `units`, which {@link read} has found to fit at the same moment; gives what it would read then, for none. */
  take(cells: Float64Array, at: number, nowMs: number, units: number): Reading;
  /** True when the row could as well be all zero. */
  isIdle(cells: Float64Array, at: number, nowMs: number): boolean;
}
