import type { Reading, WindowState } from '../windows/window';
import { unpaidReports, type Charge, type Counters, type Hit } from './counters';
import { Table, type Budget, type Place } from './table';

/** The bounds of the counters of one node. */
export interface LocalOptions {
  /** More counters than these are not kept apart. */
  readonly maxKeys: number;
  /** Whole milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
  /** Called for each charge for whose counter there was no room. */
  readonly onOverflow: () => void;
}

/**
 * Counters in the memory of the process, which serves all workers of a node.
 *
 * A new counter takes the place of an idle one. When `maxKeys` counters are in use, all further ones of a window share
 * a single counter: callers in excess are limited together, none passes uncounted, and no counter that is in use is
 * forgotten. A reading of that counter is as after its own charge.
 */
export class LocalCounters implements Counters {
  private readonly budget: Budget;
  private readonly tables = new Map<WindowState, Table>();

  constructor(private readonly options: LocalOptions) {
    this.budget = { max: options.maxKeys, held: 0 };
  }

  /** How many counters are kept, idle ones that were not yet removed included. */
  get size(): number {
    return this.budget.held;
  }

  /** Bytes that the counters take. */
  get bytes(): number {
    let sum = 0;
    for (const table of this.tables.values()) sum += table.bytes;
    return sum;
  }

  hit(charges: readonly Charge[]): Hit {
    const nowMs = this.options.nowMs();
    const places = this.locate(charges, nowMs);
    const readings = new Array<Reading>(charges.length);
    for (let i = 0; i < charges.length; i++) {
      const { window, units } = charges[i] as Charge;
      const { cells, at, ahead } = places[i] as Place;
      readings[i] = window.read(cells, at, nowMs, units + ahead);
    }
    const unpaid = unpaidReports(charges, readings);
    if (!unpaid) return { admitted: false, readings };
    for (let i = 0; i < charges.length; i++) {
      const { window, units, reportOf } = charges[i] as Charge;
      const { cells, at } = places[i] as Place;
      if (reportOf === undefined || !unpaid.has(reportOf)) readings[i] = window.take(cells, at, nowMs, units);
    }
    return { admitted: true, readings };
  }

  close(): Promise<void> {
    this.tables.clear();
    this.budget.held = 0;
    return Promise.resolve();
  }

  /** Where the rows of the charges are. A row may move while others are added: then all are looked for again. */
  private locate(charges: readonly Charge[], nowMs: number): Place[] {
    const places = new Array<Place>(charges.length);
    for (let i = 0; i < charges.length; i++) {
      const { window, key } = charges[i] as Charge;
      const place = this.tableOf(window).find(key);
      if (!place) return this.makeRows(charges, nowMs);
      places[i] = place;
    }
    return places;
  }

  private makeRows(charges: readonly Charge[], nowMs: number): Place[] {
    for (const { window, key } of charges) {
      const table = this.tableOf(window);
      if (!table.find(key) && this.hasRoom(table, nowMs)) table.add(key, nowMs);
    }
    const shared = new Map<WindowState, number>();
    return charges.map(({ window, key, units }) => {
      const table = this.tableOf(window);
      const own = table.find(key);
      if (own) return own;
      this.options.onOverflow();
      const ahead = shared.get(window) ?? 0;
      shared.set(window, ahead + units);
      return { cells: table.overflow, at: 0, ahead };
    });
  }

  private hasRoom(first: Table, nowMs: number): boolean {
    if (this.budget.held < this.budget.max || first.makeRoom(nowMs)) return true;
    for (const table of this.tables.values()) if (table !== first && table.makeRoom(nowMs)) return true;
    return false;
  }

  private tableOf(window: WindowState): Table {
    let table = this.tables.get(window);
    if (!table) this.tables.set(window, (table = new Table(window, this.budget)));
    return table;
  }
}
