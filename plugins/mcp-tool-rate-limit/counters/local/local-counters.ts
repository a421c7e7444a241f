import type { CounterStatus, Window } from '../../windows/window';
import { exceededReports, type Charge, type Counters, type Hit } from '../counters';
import { assignRows, rowOf } from './assign-rows';
import { Budget } from './budget';
import type { CounterMemory } from './counter-memory';
import { PinnedRows } from './pinned-rows';
import { Table, type Row } from './table';

/** The bounds of the counters of one node. */
export interface LocalOptions {
  /** What the counters of the configuration may use. */
  readonly maxBytes: number;
  /** The most counters of the configuration. */
  readonly maxKeys?: number;
  /** The memory that all configurations share. */
  readonly memory: CounterMemory;
  /** Whole milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
  /** Called for each charge that has no room for its own counter, nor for its shared one. */
  readonly onOverflow: () => void;
}

/**
 * Counters in the memory of the process, which serves all workers of a node.
 *
 * A new counter takes the room of an idle one. Without room, all further callers of a window share its overflow counter:
 * they are limited together, no call passes uncounted, and no counter in use is forgotten. An idle counter is equivalent
 * to none, so it does not matter which ones are dropped, nor when.
 */
export class LocalCounters implements Counters {
  private readonly budget: Budget;
  private readonly tables = new Map<Window, Table>();

  constructor(private readonly options: LocalOptions) {
    this.budget = new Budget(options.maxBytes, options.maxKeys, options.memory.budget);
  }

  /** The number of counters in memory, including idle ones that are not dropped yet. */
  get size(): number {
    return this.budget.rows;
  }

  /** Bytes that the counters use. */
  get bytes(): number {
    return this.budget.bytes;
  }

  hit(charges: readonly Charge[]): Hit {
    const nowMs = this.options.nowMs();
    const rows = this.ownRows(charges, nowMs);
    return rows ? hitOwnRows(charges, rows, nowMs) : this.hitAssignedRows(charges, nowMs);
  }

  close(): Promise<void> {
    for (const table of this.tables.values()) {
      this.options.memory.remove(table);
      table.clear();
    }
    this.tables.clear();
    return Promise.resolve();
  }

  /**
   * The own row of each charge, in the order of the charges; undefined when a charge has none, or when its row might have
   * to start as a copy of a shared one.
   */
  private ownRows(charges: readonly Charge[], nowMs: number): Row[] | undefined {
    const rows = new Array<Row>(charges.length);
    for (let i = 0; i < charges.length; i++) {
      const { window, key, sharedCounter } = charges[i] as Charge;
      const table = this.tableOf(window);
      const row = table.find(key);
      if (!row) return undefined;
      const isSharedPossible = nowMs < table.sharedUntilMs || sharedCounter?.ownCounter === 'never';
      // An idle row is equivalent to none.
      if (isSharedPossible && window.isIdle(row.cells, row.offset, nowMs)) return undefined;
      rows[i] = row;
    }
    return rows;
  }

  /** A hit with a charge that has no counter of its own yet. Counters that it creates and does not use are removed. */
  private hitAssignedRows(charges: readonly Charge[], nowMs: number): Hit {
    const { memory, onOverflow } = this.options;
    const rows = new PinnedRows(memory, nowMs);
    const assigned = assignRows(charges, (window) => this.tableOf(window), rows, onOverflow);
    const statuses = assigned.map((one) => {
      const { cells, offset } = rowOf(one);
      return one.charge.window.read(cells, offset, nowMs, one.charge.units + one.unitsAhead);
    });
    const exceeded = exceededReports(charges, statuses);
    if (exceeded) {
      assigned.forEach((one, chargeIndex) => {
        const { window, key, units, reportRule } = one.charge;
        if (reportRule !== undefined && exceeded.has(reportRule)) return;
        const { cells, offset } = rowOf(one);
        const status = (statuses[chargeIndex] = window.spend(cells, offset, nowMs, units));
        if (one.key !== key) one.table.sharedUntilMs = Math.max(one.table.sharedUntilMs, nowMs + status.resetMs);
      });
    }
    rows.release(!exceeded);
    return { admitted: exceeded !== undefined, statuses };
  }

  private tableOf(window: Window): Table {
    let table = this.tables.get(window);
    if (!table) {
      this.tables.set(window, (table = new Table(window, this.budget)));
      this.options.memory.add(table);
    }
    return table;
  }
}

/** Nearly every hit: each charge has its own row. Arrays in the order of the charges, since records would cost more. */
function hitOwnRows(charges: readonly Charge[], rows: readonly Row[], nowMs: number): Hit {
  const statuses = new Array<CounterStatus>(charges.length);
  for (let i = 0; i < charges.length; i++) {
    const { window, units } = charges[i] as Charge;
    const { cells, offset } = rows[i] as Row;
    statuses[i] = window.read(cells, offset, nowMs, units);
  }
  const exceeded = exceededReports(charges, statuses);
  if (!exceeded) return { admitted: false, statuses };
  for (let i = 0; i < charges.length; i++) {
    const { window, units, reportRule } = charges[i] as Charge;
    const { cells, offset } = rows[i] as Row;
    if (reportRule === undefined || !exceeded.has(reportRule)) {
      statuses[i] = window.spend(cells, offset, nowMs, units);
    }
  }
  return { admitted: true, statuses };
}
