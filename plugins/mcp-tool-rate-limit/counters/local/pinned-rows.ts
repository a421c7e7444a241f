import type { Digest } from '../../digest';
import type { Share } from './budget';
import type { CounterMemory } from './counter-memory';
import { SWEPT_SLOTS, type Table } from './table';

/** A row of a table by its key. */
export interface RowKey {
  readonly table: Table;
  readonly key: Digest;
}

/** The rows that one request uses and creates. None of them is dropped before {@link PinnedRows.release}. */
export class PinnedRows {
  private readonly pinned: RowKey[] = [];
  private readonly created: RowKey[] = [];
  private isFull = false;

  constructor(
    private readonly memory: CounterMemory,
    readonly nowMs: number,
  ) {}

  /** Pins an existing row. */
  pin(table: Table, key: Digest): void {
    if (table.pin(key)) this.pinned.push({ table, key });
  }

  /** Creates a row of zeros, or takes the idle one that exists; false without room for it. */
  create(table: Table, key: Digest, share: Share): boolean {
    if (!table.pin(key) && !this.add(table, key, share)) return false;
    this.pinned.push({ table, key });
    this.created.push({ table, key });
    return true;
  }

  /** Releases all rows. If `unused`, nothing was spent, and the created rows are removed. */
  release(unused: boolean): void {
    for (const { table, key } of this.pinned) table.unpin(key);
    if (unused) for (const { table, key } of this.created) table.remove(key);
  }

  /** Searches for idle rows to drop only once: if there is no room for one row of a request, there is none for the next. */
  private add(table: Table, key: Digest, share: Share): boolean {
    if (table.add(key, this.nowMs, share)) return true;
    if (this.isFull) return false;
    table.sweep(SWEPT_SLOTS, this.nowMs);
    this.memory.sweep(this.nowMs);
    if (table.add(key, this.nowMs, share)) return true;
    this.isFull = true;
    return false;
  }
}
