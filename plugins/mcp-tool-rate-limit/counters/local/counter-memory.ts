import { Budget } from './budget';
import { SWEPT_SLOTS, type Table } from './table';

/** The memory of all counters in the process, in whatever number of configurations. */
export class CounterMemory {
  readonly budget: Budget;
  private readonly tables = new Set<Table>();
  private next: Iterator<Table> | undefined;

  constructor(maxBytes: number) {
    this.budget = new Budget(maxBytes);
  }

  add(table: Table): void {
    this.tables.add(table);
  }

  remove(table: Table): void {
    this.tables.delete(table);
  }

  /** Drops idle counters of one table, each time the next one. */
  sweep(nowMs: number): void {
    let turn = this.next?.next();
    if (!turn || turn.done) turn = (this.next = this.tables.values()).next();
    if (!turn.done) turn.value.sweep(SWEPT_SLOTS, nowMs);
  }
}
