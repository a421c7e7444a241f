import type { Digest } from '../../digest';
import type { Window } from '../../windows/window';
import type { Charge } from '../counters';
import type { PinnedRows } from './pinned-rows';
import type { Row, Table } from './table';

/** A charge and the row that counts it. */
export interface AssignedCharge {
  readonly charge: Charge;
  readonly table: Table;
  /** The key of the row; undefined for the overflow row of the table. */
  readonly key: Digest | undefined;
  /** Units that earlier charges of the request ask of the same row. */
  readonly unitsAhead: number;
}

/** Assigns a row to each charge of a request, creates the new ones, and pins them all. */
export function assignRows(
  charges: readonly Charge[],
  tableOf: (window: Window) => Table,
  rows: PinnedRows,
  onOverflow: () => void,
): readonly AssignedCharge[] {
  const units = new SharedUnits();
  return charges.map((charge) => {
    const table = tableOf(charge.window);
    const key = keyOfRow(charge, table, rows);
    if (!key) onOverflow();
    // No two charges have the same own counter, so only shared rows have units ahead.
    return { charge, table, key, unitsAhead: key === charge.key ? 0 : units.add(table, key, charge.units) };
  });
}

/** The current place of an assigned row: it moves whenever its table changes. */
export const rowOf = ({ table, key }: AssignedCharge): Row => (key ? table.find(key) : undefined) ?? table.overflow;

/** The key of the row that counts the charge, chosen as {@link Charge.sharedCounter} defines. */
function keyOfRow({ window, key, sharedCounter }: Charge, table: Table, rows: PinnedRows): Digest | undefined {
  const { nowMs } = rows;
  if (table.findLive(key, nowMs)) {
    rows.pin(table, key);
    return key;
  }
  // While no shared row is in use, a new row starts empty.
  const isShared = nowMs < table.sharedUntilMs;
  const isSharedLive =
    isShared && sharedCounter !== undefined && table.findLive(sharedCounter.key, nowMs) !== undefined;
  const ownCounter = sharedCounter?.ownCounter ?? 'always';
  if (ownCounter !== 'never' && rows.create(table, key, ownCounter === 'while_half_free' ? 0.5 : 1)) {
    if (isShared) copyRow(isSharedLive ? sharedCounter.key : undefined, key, table, window);
    return key;
  }
  if (!sharedCounter) return undefined;
  if (isSharedLive) {
    rows.pin(table, sharedCounter.key);
    return sharedCounter.key;
  }
  if (!rows.create(table, sharedCounter.key, 1)) return undefined;
  if (isShared) copyRow(undefined, sharedCounter.key, table, window);
  return sharedCounter.key;
}

/** Copies a row, or the overflow row, to a new row. */
function copyRow(from: Digest | undefined, to: Digest, table: Table, { width }: Window): void {
  const source = (from && table.find(from)) ?? table.overflow;
  const target = table.find(to) ?? table.overflow;
  for (let i = 0; i < width; i++) target.cells[target.offset + i] = source.cells[source.offset + i] ?? 0;
}

/** Units that the charges of a request ask of shared rows, so far. */
class SharedUnits {
  private readonly byTable = new Map<Table, Map<Digest['text'] | undefined, number>>();

  /** Adds units of a row; returns those asked before. */
  add(table: Table, key: Digest | undefined, units: number): number {
    let byKey = this.byTable.get(table);
    if (!byKey) this.byTable.set(table, (byKey = new Map<Digest['text'] | undefined, number>()));
    const ahead = byKey.get(key?.text) ?? 0;
    byKey.set(key?.text, ahead + units);
    return ahead;
  }
}
