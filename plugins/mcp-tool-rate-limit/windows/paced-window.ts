import { CounterStatus, type Quota, type Window } from './window';

const DEBT = 0;
const SEEN_AT = 1;

/**
 * Generic cell rate algorithm (ATM Forum TM 4.0, as continuous-state leaky bucket): each unit adds `windowMs` of debt,
 * each millisecond pays off `limit`, and a unit fits while the debt stays within `(burst + 1) * windowMs`.
 *
 * Within the bounds of the schema all numbers are integers below 2^53, so nothing is rounded.
 */
export class PacedWindow implements Window {
  readonly width = 2;
  readonly partMs = 0;
  private readonly capacity: number;

  constructor(readonly quota: Quota & { readonly burst: number }) {
    this.capacity = (quota.burst + 1) * quota.windowMs;
  }

  read(cells: Float64Array, offset: number, nowMs: number, units: number): CounterStatus {
    const debt = this.debtAt(cells, offset, nowMs);
    const added = units * this.quota.windowMs;
    const excess = debt + added - this.capacity;
    const waitMs = excess <= 0 ? 0 : added > this.capacity ? Infinity : Math.ceil(excess / this.quota.limit);
    return this.statusOf(debt, waitMs);
  }

  spend(cells: Float64Array, offset: number, nowMs: number, units: number): CounterStatus {
    const debt = this.debtAt(cells, offset, nowMs) + units * this.quota.windowMs;
    cells[offset + DEBT] = debt;
    cells[offset + SEEN_AT] = nowMs;
    return this.statusOf(debt, 0);
  }

  isIdle(cells: Float64Array, offset: number, nowMs: number): boolean {
    return this.debtAt(cells, offset, nowMs) === 0;
  }

  private statusOf(debt: number, waitMs: number): CounterStatus {
    const { limit, windowMs } = this.quota;
    return new CounterStatus(waitMs, Math.floor((this.capacity - debt) / windowMs), Math.ceil(debt / limit));
  }

  private debtAt(cells: Float64Array, offset: number, nowMs: number): number {
    const debt = cells[offset + DEBT] ?? 0;
    // A product above 2^53 is inexact, but also larger than any debt.
    return debt === 0 ? 0 : Math.max(0, debt - (nowMs - (cells[offset + SEEN_AT] ?? 0)) * this.quota.limit);
  }
}
