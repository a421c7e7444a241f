import { Reading, type Quota, type WindowState } from './window';

const DEBT = 0;
const SEEN_AT = 1;

/**
 * Generic cell rate algorithm (ATM Forum TM 4.0, as continuous-state leaky bucket): each unit adds `windowMs` of debt,
 * each millisecond pays off `limit`, and a unit fits while the debt stays within `(burst + 1) * windowMs`.
 *
 * All numbers are integers below 2^53 for the bounds of the schema, so nothing is ever rounded.
 */
export class PacedWindow implements WindowState {
  readonly width = 2;
  readonly partMs = 0;
  private readonly capacity: number;

  constructor(readonly quota: Quota & { readonly burst: number }) {
    this.capacity = (quota.burst + 1) * quota.windowMs;
  }

  read(cells: Float64Array, at: number, nowMs: number, units: number): Reading {
    const debt = this.debtAt(cells, at, nowMs);
    const asked = units * this.quota.windowMs;
    const excess = debt + asked - this.capacity;
    const waitMs = excess <= 0 ? 0 : asked > this.capacity ? Infinity : Math.ceil(excess / this.quota.limit);
    return this.readingOf(debt, waitMs);
  }

  take(cells: Float64Array, at: number, nowMs: number, units: number): Reading {
    const debt = this.debtAt(cells, at, nowMs) + units * this.quota.windowMs;
    cells[at + DEBT] = debt;
    cells[at + SEEN_AT] = nowMs;
    return this.readingOf(debt, 0);
  }

  isIdle(cells: Float64Array, at: number, nowMs: number): boolean {
    return this.debtAt(cells, at, nowMs) === 0;
  }

  private readingOf(debt: number, waitMs: number): Reading {
    const { limit, windowMs } = this.quota;
    return new Reading(waitMs, Math.floor((this.capacity - debt) / windowMs), Math.ceil(debt / limit));
  }

  private debtAt(cells: Float64Array, at: number, nowMs: number): number {
    const debt = cells[at + DEBT] ?? 0;
    // A product beyond 2^53 is inexact, but then larger than any debt.
    return debt === 0 ? 0 : Math.max(0, debt - (nowMs - (cells[at + SEEN_AT] ?? 0)) * this.quota.limit);
  }
}
