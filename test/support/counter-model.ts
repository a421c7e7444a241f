import fc from 'fast-check';
import { exceededReports, type Charge, type OwnCounter } from '../../plugins/mcp-tool-rate-limit/counters/counters';
import type { Digest } from '../../plugins/mcp-tool-rate-limit/digest';
import { createWindow } from '../../plugins/mcp-tool-rate-limit/windows/create-window';
import type { Quota, CounterStatus, Window } from '../../plugins/mcp-tool-rate-limit/windows/window';

/** A charge of a generated request, for a name of a caller under the rule of a window. */
export interface AskedCharge {
  readonly window: number;
  readonly caller: number;
  readonly name: number;
  readonly units: number;
  readonly ownCounter: OwnCounter;
}

/** A generated request, and what happens before it. */
export interface AskedRequest {
  readonly gapMs: number;
  /** How often idle counters are dropped before it. */
  readonly sweeps: number;
  readonly charges: readonly AskedCharge[];
}

/** All keys are in one segment of a table, and collide. */
const digest = (number: number): Digest => ({ text: `k${number}`, words: [0, number % 3, 0, number] });
/** A key also identifies the rule, since two rules may have equal windows. */
const sharedKey = ({ window, caller }: AskedCharge): Digest => digest(window * 10_000 + 1000 + caller);
const ownKey = ({ window, caller, name }: AskedCharge): Digest => digest(window * 10_000 + caller * 20 + name);

const quota: fc.Arbitrary<Quota> = fc.oneof(
  fc.record({ limit: fc.integer({ min: 1, max: 60 }), windowMs: fc.integer({ min: 1, max: 300 }) }),
  fc.record({ limit: fc.integer({ min: 1, max: 20 }), windowMs: fc.integer({ min: 1, max: 300 }), burst: fc.nat(10) }),
);

/** The windows of two rules. */
export const twoWindows = fc.tuple(quota, quota).map((quotas) => quotas.map(createWindow));

/** Requests with names that are verified at one time and unverified at another, also within one batch. */
export const requests = (maxLength: number): fc.Arbitrary<readonly AskedRequest[]> =>
  fc.array(
    fc.record({
      gapMs: fc.oneof(fc.constant(0), fc.nat(30), fc.nat(400)),
      sweeps: fc.nat(2),
      charges: fc.uniqueArray(
        fc.record({
          window: fc.nat(1),
          caller: fc.nat(2),
          name: fc.nat(8),
          units: fc.integer({ min: 1, max: 3 }),
          ownCounter: fc.constantFrom<OwnCounter>('always', 'while_half_free', 'never'),
        }),
        { minLength: 1, maxLength: 8, selector: ({ window, caller, name }) => `${window} ${caller} ${name}` },
      ),
    }),
    { maxLength },
  );

/** The charges of a generated request. */
export const chargesOf = ({ charges }: AskedRequest, windows: readonly Window[]): readonly Charge[] =>
  charges.map((asked) => ({
    window: windows[asked.window]!,
    key: ownKey(asked),
    sharedCounter: { key: sharedKey(asked), ownCounter: asked.ownCounter },
    units: asked.units,
  }));

/** A simple model of the counters, by the rules of `SharedCounter`: none is ever dropped, and there is always room. */
export class CounterModel {
  private readonly rows = new Map<Window, Map<string, Float64Array>>();

  hit(
    charges: readonly Charge[],
    nowMs: number,
  ): { readonly admitted: boolean; readonly statuses: readonly CounterStatus[] } {
    const targets = charges.map((charge) => this.targetOf(charge, nowMs));
    const statuses = charges.map(({ window, units }, i) => {
      const ahead = charges.reduce(
        (sum, one, j) =>
          j < i && one.window === window && targets[j]!.key === targets[i]!.key ? sum + one.units : sum,
        0,
      );
      return window.read(targets[i]!.row, 0, nowMs, units + ahead);
    });
    if (!exceededReports(charges, statuses)) return { admitted: false, statuses };
    const spent = charges.map(({ window, units }, i) => {
      const { key, row } = targets[i]!;
      const kept = this.rowsOf(window).get(key) ?? row;
      this.rowsOf(window).set(key, kept);
      return window.spend(kept, 0, nowMs, units);
    });
    return { admitted: true, statuses: spent };
  }

  /** The counter that a charge uses, and its row: a copy if the counter is new. */
  private targetOf(
    { window, key, sharedCounter }: Charge,
    nowMs: number,
  ): { readonly key: string; readonly row: Float64Array } {
    const live = (name: string): Float64Array | undefined => {
      const row = this.rowsOf(window).get(name);
      if (row && window.isIdle(row, 0, nowMs)) this.rowsOf(window).delete(name);
      return this.rowsOf(window).get(name);
    };
    const own = live(key.text);
    if (own) return { key: key.text, row: own };
    const shared = sharedCounter && live(sharedCounter.key.text);
    const copy = shared ? shared.slice() : new Float64Array(window.width);
    if (!sharedCounter || sharedCounter.ownCounter !== 'never') return { key: key.text, row: copy };
    return { key: sharedCounter.key.text, row: shared ?? copy };
  }

  private rowsOf(window: Window): Map<string, Float64Array> {
    let rows = this.rows.get(window);
    if (!rows) this.rows.set(window, (rows = new Map<string, Float64Array>()));
    return rows;
  }
}

/** The units that each name was admitted, to check any half-open window. */
export class AdmittedLog {
  private readonly spent = new Map<string, { readonly atMs: number; readonly units: number }[]>();

  /** Records an admitted request; returns the names with more units than their limit in a window that ends now. */
  add(request: AskedRequest, windows: readonly Window[], nowMs: number): readonly string[] {
    for (const { window, caller, name, units } of request.charges) {
      const key = `${window} ${caller} ${name}`;
      this.spent.set(key, [...(this.spent.get(key) ?? []), { atMs: nowMs, units }]);
    }
    return request.charges
      .map(({ window, caller, name }) => `${window} ${caller} ${name}`)
      .filter((key) => {
        const { limit, windowMs, burst = 0 } = windows[Number(key[0])]!.quota;
        return sumSince(this.spent.get(key) ?? [], nowMs - windowMs) > limit + burst;
      });
  }

  /** Units that all names of a window were admitted since then. */
  sumOf(window: number, sinceMs: number): number {
    let sum = 0;
    for (const [key, spent] of this.spent) if (key.startsWith(`${window} `)) sum += sumSince(spent, sinceMs);
    return sum;
  }
}

const sumSince = (spent: readonly { readonly atMs: number; readonly units: number }[], sinceMs: number): number =>
  spent.reduce((sum, { atMs, units }) => (atMs > sinceMs ? sum + units : sum), 0);
