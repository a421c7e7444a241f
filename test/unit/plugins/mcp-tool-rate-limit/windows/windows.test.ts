import fc from 'fast-check';
import { createWindow } from '../../../../../plugins/mcp-tool-rate-limit/windows/create-window';
import { PARTS, SlidingWindow } from '../../../../../plugins/mcp-tool-rate-limit/windows/sliding-window';
import type { Quota } from '../../../../../plugins/mcp-tool-rate-limit/windows/window';

/** A request: after what time, and for how many units. */
type Ask = readonly [gapMs: number, units: number];

const asks = (windowMs: number) =>
  fc.array(fc.tuple(fc.oneof(fc.nat(3), fc.nat(windowMs * 2)), fc.integer({ min: 1, max: 4 })), { maxLength: 80 });

const paced: fc.Arbitrary<Quota> = fc.record({
  limit: fc.integer({ min: 1, max: 60 }),
  windowMs: fc.integer({ min: 1, max: 500 }),
  burst: fc.nat(20),
});
const sliding: fc.Arbitrary<Quota> = fc.record({
  limit: fc.integer({ min: 1, max: 60 }),
  windowMs: fc.integer({ min: 1, max: 500 }),
});

/** Sends requests to a counter, starting at a realistic uptime of the process. */
function run(quota: Quota, given: readonly Ask[], startMs = 86_400_000) {
  const window = createWindow(quota);
  const cells = new Float64Array(window.width + 2);
  // A row has neighbours: the numbers around it must not change.
  cells[0] = cells[window.width + 1] = 7;
  let nowMs = startMs;
  const steps = given.map(([gapMs, units]) => {
    nowMs += gapMs;
    const reading = window.read(cells, 1, nowMs, units);
    const taken = reading.waitMs === 0 ? window.spend(cells, 1, nowMs, units) : undefined;
    return { nowMs, units, reading, taken, admitted: reading.waitMs === 0, cells: cells.slice() };
  });
  return { window, cells, steps };
}

const withAsks = (quota: fc.Arbitrary<Quota>) =>
  quota.chain((given) => fc.tuple(fc.constant(given), asks(given.windowMs)));

describe.each([
  ['a paced window', paced],
  ['a sliding window', sliding],
])('%s', (_, quota) => {
  it('admits at most limit + burst units in any window', () => {
    fc.assert(
      fc.property(withAsks(quota), ([given, asked]) => {
        const { steps } = run(given, asked);
        const admitted = steps.filter((step) => step.admitted);
        for (const { nowMs } of admitted) {
          const inWindow = admitted.filter((other) => other.nowMs >= nowMs && other.nowMs < nowMs + given.windowMs);
          const units = inWindow.reduce((sum, step) => sum + step.units, 0);
          expect(units).toBeLessThanOrEqual(given.limit + (given.burst ?? 0));
        }
      }),
    );
  });

  it('reports the exact wait: a millisecond earlier the units do not fit', () => {
    fc.assert(
      fc.property(withAsks(quota), ([given, asked]) => {
        const { window, steps } = run(given, asked);
        for (const { admitted, cells, nowMs, units, reading } of steps) {
          if (admitted) continue;
          if (reading.waitMs === Infinity) {
            expect(units).toBeGreaterThan(given.burst === undefined ? given.limit : given.burst + 1);
            continue;
          }
          expect(window.read(cells, 1, nowMs + reading.waitMs, units).waitMs).toBe(0);
          expect(window.read(cells, 1, nowMs + reading.waitMs - 1, units).waitMs).toBe(1);
        }
      }),
    );
  });

  it('reports exactly how many units remain, and when the counter is empty', () => {
    fc.assert(
      fc.property(withAsks(quota), ([given, asked]) => {
        const { window, steps } = run(given, asked);
        for (const { cells, nowMs, taken } of steps) {
          if (taken) expect(taken).toEqual(window.read(cells, 1, nowMs, 0));
          const { remaining, resetMs } = window.read(cells, 1, nowMs, 1);
          expect(remaining).toBeGreaterThanOrEqual(0);
          if (remaining > 0) expect(window.read(cells, 1, nowMs, remaining).waitMs).toBe(0);
          expect(window.read(cells, 1, nowMs, remaining + 1).waitMs).toBeGreaterThan(0);
          expect(window.isIdle(cells, 1, nowMs + resetMs)).toBe(true);
          if (resetMs > 0) expect(window.isIdle(cells, 1, nowMs + resetMs - 1)).toBe(false);
        }
      }),
    );
  });

  it('changes only its own row', () => {
    fc.assert(
      fc.property(withAsks(quota), ([given, asked]) => {
        const { cells } = run(given, asked);
        expect([cells[0], cells.at(-1)]).toEqual([7, 7]);
      }),
    );
  });
});

/** The generic cell rate algorithm in the form of virtual scheduling, in exact integers. */
function model({ limit, windowMs, burst = 0 }: Quota, given: readonly Ask[]): boolean[] {
  let now = 0n;
  let theoretical = 0n;
  const increment = BigInt(windowMs);
  const tolerance = BigInt(burst) * increment;
  return given.map(([gapMs, units]) => {
    now += BigInt(gapMs) * BigInt(limit);
    const start = theoretical > now ? theoretical : now;
    const next = start + BigInt(units) * increment;
    if (next - now > tolerance + increment) return false;
    theoretical = next;
    return true;
  });
}

it('a paced window is the generic cell rate algorithm', () => {
  fc.assert(
    fc.property(withAsks(paced), ([given, asked]) => {
      expect(run(given, asked).steps.map(({ admitted }) => admitted)).toEqual(model(given, asked));
    }),
  );
});

it('a paced window stays exact at the bounds of the schema', () => {
  const big = fc.record({
    limit: fc.integer({ min: 999_000, max: 1_000_000 }),
    windowMs: fc.integer({ min: 2_591_999_000, max: 2_592_000_000 }),
    burst: fc.integer({ min: 0, max: 1_000_000 }),
  });
  const asked = fc.array(fc.tuple(fc.nat(5000), fc.integer({ min: 1, max: 500_000 })), { maxLength: 50 });
  fc.assert(
    fc.property(big, asked, (given, all) => {
      expect(run(given, all, 315_360_000_000).steps.map(({ admitted }) => admitted)).toEqual(model(given, all));
    }),
  );
});

it('a sliding window with a small limit is an exact log', () => {
  const few = fc.record({ limit: fc.integer({ min: 1, max: PARTS + 2 }), windowMs: fc.integer({ min: 1, max: 500 }) });
  fc.assert(
    fc.property(withAsks(few), ([given, asked]) => {
      const log: { at: number; units: number }[] = [];
      for (const { nowMs, units, admitted } of run(given, asked).steps) {
        const used = log.filter(({ at }) => at > nowMs - given.windowMs).reduce((sum, entry) => sum + entry.units, 0);
        expect(admitted).toBe(used + units <= given.limit);
        if (admitted) log.push({ at: nowMs, units });
      }
    }),
  );
});

it('a sliding window with a large limit makes a unit available at most one part too late', () => {
  fc.assert(
    fc.property(withAsks(sliding), ([given, asked]) => {
      const log: { at: number; units: number }[] = [];
      const latestMs = given.windowMs + Math.ceil(given.windowMs / PARTS);
      for (const { nowMs, units, admitted } of run(given, asked).steps) {
        const used = log.filter(({ at }) => at > nowMs - latestMs).reduce((sum, entry) => sum + entry.units, 0);
        if (!admitted) expect(used + units).toBeGreaterThan(given.limit);
        else log.push({ at: nowMs, units });
      }
    }),
  );
});

it('a row has a bounded size for any limit', () => {
  expect(new SlidingWindow({ limit: 1_000_000, windowMs: 1000 }).width).toBe(1 + 2 * (PARTS + 2));
  expect(new SlidingWindow({ limit: 5, windowMs: 1000 }).width).toBe(11);
});
