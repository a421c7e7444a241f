import type { Digest } from '../../digest';
import type { Reading, WindowState } from '../../windows/window';
import { unpaidReports, type Charge, type Counters, type Hit } from '../counters';
import { Budget, type Share } from './budget';
import type { CounterMemory } from './counter-memory';
import { Table, type Place } from './table';

/** The bounds of the counters of one node. */
export interface LocalOptions {
  /** What the counters may take. */
  readonly maxBytes: number;
  /** A further bound of their number. */
  readonly maxKeys?: number;
  /** What those of all configurations may take. */
  readonly memory: CounterMemory;
  /** Whole milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
  /** Called for each charge for whose counter, and for one that its names share, there was no room. */
  readonly onOverflow: () => void;
}

/** The row that a charge falls to: that of a key, or the table's overflow. */
interface Target {
  readonly table: Table;
  readonly key: Digest | undefined;
}

/**
 * Counters in the memory of the process, which serves all workers of a node.
 *
 * A new counter takes the place of an idle one. When there is no room, all further ones of a window share a single
 * counter: callers in excess are limited together, none passes uncounted, and no counter that is in use is forgotten.
 * An idle counter is the same as none, so it does not matter which of them are dropped, nor when.
 */
export class LocalCounters implements Counters {
  private readonly budget: Budget;
  private readonly tables = new Map<WindowState, Table>();

  constructor(private readonly options: LocalOptions) {
    this.budget = new Budget(options.maxBytes, options.maxKeys, options.memory.budget);
  }

  /** How many counters are kept, idle ones that were not yet dropped included. */
  get size(): number {
    return this.budget.rows;
  }

  /** Bytes that the counters take. */
  get bytes(): number {
    return this.budget.bytes;
  }

  hit(charges: readonly Charge[]): Hit {
    const nowMs = this.options.nowMs();
    const places = this.ownPlaces(charges, nowMs);
    if (!places) return this.hitShared(charges, nowMs);
    const readings = new Array<Reading>(charges.length);
    for (let i = 0; i < charges.length; i++) {
      const { window, units } = charges[i] as Charge;
      const { cells, at } = places[i] as Place;
      readings[i] = window.read(cells, at, nowMs, units);
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
    for (const table of this.tables.values()) {
      this.options.memory.leave(table);
      table.clear();
    }
    this.tables.clear();
    return Promise.resolve();
  }

  /** Where the charges' own rows are; undefined where one has none, or may have to begin as a copy of a shared one. */
  private ownPlaces(charges: readonly Charge[], nowMs: number): Place[] | undefined {
    const places = new Array<Place>(charges.length);
    for (let i = 0; i < charges.length; i++) {
      const { window, key, fallback } = charges[i] as Charge;
      const table = this.tableOf(window);
      const place = table.find(key);
      if (!place) return undefined;
      const mayDiffer = nowMs < table.sharedUntilMs || fallback?.claim === 'none';
      // An idle row is the same as none.
      if (mayDiffer && window.isIdle(place.cells, place.at, nowMs)) return undefined;
      places[i] = place;
    }
    return places;
  }

  /** A hit of which a charge has no counter of its own yet. Nothing is left of a counter that it makes and does not use. */
  private hitShared(charges: readonly Charge[], nowMs: number): Hit {
    const search = new Search(this.options.memory, nowMs);
    const targets = charges.map((charge) => this.targetOf(charge, search));
    const aheads = aheadsOf(charges, targets);
    const placeOf = ({ table, key }: Target): Place => (key ? table.find(key) : undefined) ?? table.overflow;
    const readings = charges.map(({ window, units }, i) => {
      const { cells, at } = placeOf(targets[i] as Target);
      return window.read(cells, at, nowMs, units + (aheads[i] ?? 0));
    });
    const unpaid = unpaidReports(charges, readings);
    if (unpaid) {
      charges.forEach(({ window, key, units, reportOf }, i) => {
        if (reportOf !== undefined && unpaid.has(reportOf)) return;
        const target = targets[i] as Target;
        const { cells, at } = placeOf(target);
        const reading = (readings[i] = window.take(cells, at, nowMs, units));
        if (target.key === key) return;
        target.table.sharedUntilMs = Math.max(target.table.sharedUntilMs, nowMs + reading.resetMs);
      });
    }
    search.end(!unpaid);
    return { admitted: unpaid !== undefined, readings };
  }

  /** Finds, or makes, the row that a charge falls to, as {@link Charge.fallback} says. */
  private targetOf({ window, key, fallback }: Charge, search: Search): Target {
    const table = this.tableOf(window);
    const { nowMs } = search;
    const own = table.findLive(key, nowMs);
    if (own) return search.held(table, key);
    const isShared = nowMs < table.sharedUntilMs;
    const shared = isShared && fallback ? table.findLive(fallback.key, nowMs) : undefined;
    const claim = fallback?.claim ?? 'known';
    if (claim !== 'none' && search.made(table, key, claim === 'made_up' ? 0.5 : 1)) {
      if (isShared) copyRow(fallback && shared ? fallback.key : undefined, key, table, window);
      return { table, key };
    }
    if (fallback && shared) return search.held(table, fallback.key);
    if (fallback && search.made(table, fallback.key, 1)) {
      if (isShared) copyRow(undefined, fallback.key, table, window);
      return { table, key: fallback.key };
    }
    this.options.onOverflow();
    return { table, key: undefined };
  }

  private tableOf(window: WindowState): Table {
    let table = this.tables.get(window);
    if (!table) {
      this.tables.set(window, (table = new Table(window, this.budget)));
      this.options.memory.join(table);
    }
    return table;
  }
}

/** The rows that one hit makes and needs: until its end none of them is dropped. */
class Search {
  private readonly holds: { readonly table: Table; readonly key: Digest }[] = [];
  private readonly makings: { readonly table: Table; readonly key: Digest }[] = [];
  private isFull = false;

  constructor(
    private readonly memory: CounterMemory,
    readonly nowMs: number,
  ) {}

  /** Holds a row that is there. */
  held(table: Table, key: Digest): { readonly table: Table; readonly key: Digest } {
    const row = { table, key };
    if (table.hold(key)) this.holds.push(row);
    return row;
  }

  /** Makes an idle row, or takes the one that is there; false where there is no room. */
  made(table: Table, key: Digest, share: Share): boolean {
    if (!table.hold(key) && !this.hasAdded(table, key, share)) return false;
    this.holds.push({ table, key });
    this.makings.push({ table, key });
    return true;
  }

  /** Lets go of all rows; `unused`: nothing was spent, and the rows that were made go again. */
  end(unused: boolean): void {
    for (const { table, key } of this.holds) table.release(key);
    if (unused) for (const { table, key } of this.makings) table.remove(key);
  }

  /** Room is looked for once: what is not found for one row of a request is not there for the next either. */
  private hasAdded(table: Table, key: Digest, share: Share): boolean {
    if (table.add(key, this.nowMs, share)) return true;
    if (this.isFull) return false;
    table.sweep(SWEPT_SLOTS, this.nowMs);
    this.memory.sweep(this.nowMs);
    if (table.add(key, this.nowMs, share)) return true;
    this.isFull = true;
    return false;
  }
}

/** So many slots of its table are searched for idle counters before a new one is told that there is no room. */
const SWEPT_SLOTS = 512;

/** Makes a row that of another key, or of the overflow. */
function copyRow(from: Digest | undefined, to: Digest, table: Table, { width }: WindowState): void {
  const source = (from && table.find(from)) ?? table.overflow;
  const target = table.find(to) ?? table.overflow;
  for (let cell = 0; cell < width; cell++) target.cells[target.at + cell] = source.cells[source.at + cell] ?? 0;
}

/** For each charge, what earlier ones of the request ask of the same row. */
function aheadsOf(charges: readonly Charge[], targets: readonly Target[]): readonly number[] {
  const asked = new Map<Table, Map<string, number>>();
  return charges.map(({ units, key }, i) => {
    const target = targets[i] as Target;
    // No two charges have the same counter of their own.
    if (target.key === key) return 0;
    let ofTable = asked.get(target.table);
    if (!ofTable) asked.set(target.table, (ofTable = new Map<string, number>()));
    const name = target.key?.text ?? '';
    const ahead = ofTable.get(name) ?? 0;
    ofTable.set(name, ahead + units);
    return ahead;
  });
}
