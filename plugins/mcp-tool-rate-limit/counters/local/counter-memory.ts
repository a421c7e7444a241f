import { Budget } from './budget';
import type { Table } from './table';

/** So many slots are searched for idle counters, of a table, before a new counter is told that there is no room. */
const SWEPT_SLOTS = 512;

/** The memory that all counters of a process take, whatever the number of configurations. */
export class CounterMemory {
  readonly budget: Budget;
  private readonly tables = new Set<Table>();
  private next: Iterator<Table> | undefined;

  constructor(maxBytes: number) {
    this.budget = new Budget(maxBytes);
  }

  join(table: Table): void {
    this.tables.add(table);
  }

  leave(table: Table): void {
    this.tables.delete(table);
  }

  /** Drops idle counters of one table, another one each time. */
  sweep(nowMs: number): void {
    let turn = this.next?.next();
    if (!turn || turn.done) turn = (this.next = this.tables.values()).next();
    if (!turn.done) turn.value.sweep(SWEPT_SLOTS, nowMs);
  }
}
