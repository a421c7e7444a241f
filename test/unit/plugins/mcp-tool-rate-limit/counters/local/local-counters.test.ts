import fc from 'fast-check';
import type { Charge } from '../../../../../../plugins/mcp-tool-rate-limit/counters/counters';
import { CounterMemory } from '../../../../../../plugins/mcp-tool-rate-limit/counters/local/counter-memory';
import { LocalCounters } from '../../../../../../plugins/mcp-tool-rate-limit/counters/local/local-counters';
import { digestOf, encodeParts } from '../../../../../../plugins/mcp-tool-rate-limit/digest';
import { createWindow } from '../../../../../../plugins/mcp-tool-rate-limit/windows/create-window';
import type { Window } from '../../../../../../plugins/mcp-tool-rate-limit/windows/window';

const paced = (limit: number, windowMs: number, burst: number): Window => createWindow({ limit, windowMs, burst });
const charge = (window: Window, key: string, units = 1): Charge => ({
  window,
  key: digestOf(encodeParts([key])),
  units,
});

function open(maxKeys?: number, maxBytes = 2 ** 30, memory = new CounterMemory(2 ** 32)) {
  const clock = { nowMs: 1000 };
  let overflows = 0;
  const counters = new LocalCounters({
    maxBytes,
    ...(maxKeys !== undefined && { maxKeys }),
    memory,
    nowMs: () => clock.nowMs,
    onOverflow: () => overflows++,
  });
  return { clock, counters, overflows: () => overflows };
}

describe('a hit', () => {
  const window = createWindow({ limit: 2, windowMs: 1000 });
  const other = createWindow({ limit: 1, windowMs: 5000 });

  it('spends all or nothing', () => {
    const { counters } = open();
    expect(counters.hit([charge(window, 'a'), charge(other, 'a')]).admitted).toBe(true);
    const rejected = counters.hit([charge(window, 'a'), charge(other, 'a')]);
    expect(rejected.admitted).toBe(false);
    expect(rejected.statuses).toEqual([
      { waitMs: 0, remaining: 1, resetMs: 1000 },
      { waitMs: 5000, remaining: 0, resetMs: 5000 },
    ]);
    expect(counters.hit([charge(window, 'a')])).toEqual({
      admitted: true,
      statuses: [{ waitMs: 0, remaining: 0, resetMs: 1000 }],
    });
  });

  it('of a rule in report mode rejects nothing, and spends nothing if it does not fit', () => {
    const { counters, clock } = open();
    const both = [
      charge(window, 'a'),
      { ...charge(other, 'a'), reportRule: 1 },
      { ...charge(window, 'b'), reportRule: 1 },
    ];
    expect(counters.hit(both)).toMatchObject({
      admitted: true,
      statuses: [{ waitMs: 0 }, { waitMs: 0 }, { waitMs: 0 }],
    });
    expect(counters.hit(both)).toMatchObject({
      admitted: true,
      statuses: [{}, { waitMs: 5000 }, { waitMs: 0, remaining: 1 }],
    });
    clock.nowMs += 1000;
    expect(counters.hit([charge(window, 'b', 2)]).admitted).toBe(true);
  });

  it('of a rule in report mode spends nothing when another rule rejects', () => {
    const { counters } = open();
    const inReportMode = { ...charge(other, 'r'), reportRule: 1 };
    expect(counters.hit([charge(window, 'a', 3), inReportMode]).admitted).toBe(false);
    expect(counters.hit([inReportMode])).toMatchObject({ statuses: [{ waitMs: 0 }] });
  });
});

describe('bounded memory', () => {
  it('drops only idle counters to make room for others', () => {
    const { counters, clock, overflows } = open(100);
    const window = paced(10, 1000, 9);
    for (let i = 0; i < 100; i++) counters.hit([charge(window, `early ${i}`, i < 50 ? 1 : 10)]);
    clock.nowMs += 500;
    // The first fifty counters are idle now.
    for (let i = 0; i < 50; i++) expect(counters.hit([charge(window, `late ${i}`, 10)]).admitted).toBe(true);
    expect(overflows()).toBe(0);
    expect(counters.size).toBe(100);
    for (let i = 50; i < 100; i++) expect(counters.hit([charge(window, `early ${i}`, 6)]).admitted).toBe(false);
    for (let i = 0; i < 50; i++) expect(counters.hit([charge(window, `late ${i}`)]).admitted).toBe(false);
  });

  it('has one counter for all further callers when all counters are in use; none is forgotten, no call passes uncounted', () => {
    const { counters, overflows } = open(10);
    const window = createWindow({ limit: 5, windowMs: 60_000 });
    for (let i = 0; i < 10; i++) counters.hit([charge(window, `${i}`, 5)]);
    const admitted = Array.from({ length: 20 }, (_, i) => counters.hit([charge(window, `new ${i}`)]).admitted);
    expect(admitted.filter(Boolean)).toHaveLength(5);
    expect(overflows()).toBe(20);
    for (let i = 0; i < 10; i++) expect(counters.hit([charge(window, `${i}`)]).admitted).toBe(false);
    expect(counters.size).toBe(10);
  });

  it('adds up the charges of a request that share a counter', () => {
    const { counters } = open(1);
    const window = createWindow({ limit: 3, windowMs: 60_000 });
    counters.hit([charge(window, 'a')]);
    expect(counters.hit([charge(window, 'b', 2), charge(window, 'c', 2)]).admitted).toBe(false);
    expect(counters.hit([charge(window, 'b', 2), charge(window, 'c', 1)]).admitted).toBe(true);
  });

  it('drops idle counters of one window for those of another', () => {
    const { counters, clock, overflows } = open(50);
    const first = createWindow({ limit: 1, windowMs: 10 });
    for (let i = 0; i < 50; i++) counters.hit([charge(first, `${i}`)]);
    clock.nowMs += 10;
    const second = createWindow({ limit: 1, windowMs: 20 });
    for (let i = 0; i < 50; i++) counters.hit([charge(second, `${i}`)]);
    expect(overflows()).toBe(0);
  });

  it('takes at most the documented 70 bytes per counter', () => {
    const { counters } = open();
    // Tables double their size, so an eighth of a million fills them as much as a million does, which the benchmark measures.
    const keys = 125_000;
    const window = paced(10, 3_600_000, 9);
    for (let i = 0; i < keys; i++) counters.hit([charge(window, `caller ${i}`)]);
    expect(counters.size).toBe(keys);
    expect(counters.bytes / counters.size).toBeLessThanOrEqual(70);
    expect(counters.hit([charge(window, 'caller 7', 10)]).admitted).toBe(false);
  });
});

describe('a bound in bytes', () => {
  const window = createWindow({ limit: 600, windowMs: 60_000 });
  const MEBIBYTE = 2 ** 20;

  it('holds for any number of callers and windows', () => {
    const memory = new CounterMemory(2 ** 32);
    const { counters, overflows } = open(undefined, MEBIBYTE, memory);
    const other = paced(10, 60_000, 9);
    let most = 0;
    for (let i = 0; i < 5000; i++) {
      counters.hit([charge(window, `${i}`), charge(other, `${i}`)]);
      most = Math.max(most, counters.bytes);
    }
    expect(most).toBeLessThanOrEqual(MEBIBYTE);
    expect(overflows()).toBeGreaterThan(0);
    expect(counters.bytes).toBeGreaterThan(MEBIBYTE * 0.9);
    expect(memory.budget.bytes).toBe(counters.bytes);
  });

  it('for all configurations is freed by those whose counters are idle', async () => {
    const memory = new CounterMemory(MEBIBYTE);
    const [one, two] = [open(undefined, MEBIBYTE, memory), open(undefined, MEBIBYTE, memory)];
    for (let i = 0; i < 3000; i++) one.counters.hit([charge(window, `${i}`)]);
    two.clock.nowMs += 60_000;
    for (let i = 0; i < 3000; i++) two.counters.hit([charge(window, `${i}`)]);
    expect(two.counters.size).toBeGreaterThan(500);
    expect(memory.budget.bytes).toBeLessThanOrEqual(MEBIBYTE);
    await one.counters.close();
    await two.counters.close();
    expect([memory.budget.bytes, memory.budget.rows]).toEqual([0, 0]);
  });

  it('is freed by a window whose counters are idle for another window', () => {
    const { counters, clock } = open(undefined, MEBIBYTE);
    for (let i = 0; i < 3000; i++) counters.hit([charge(window, `${i}`)]);
    clock.nowMs += 60_000;
    const other = createWindow({ limit: 600, windowMs: 59_000 });
    for (let i = 0; i < 3000; i++) counters.hit([charge(other, `${i}`)]);
    expect(counters.size).toBeGreaterThan(500);
  });

  it('leaves half of the memory to verified names: unverified ones use at most the other half', () => {
    const { counters, overflows } = open(undefined, MEBIBYTE);
    const unverified = (caller: number, name: number): Charge => ({
      ...charge(window, `${caller} ${name}`),
      sharedCounter: { key: digestOf(encodeParts([`${caller}`])), ownCounter: 'while_half_free' },
    });
    for (let caller = 0; caller < 100; caller++) {
      counters.hit(Array.from({ length: 100 }, (_, name) => unverified(caller, name)));
    }
    expect(counters.bytes).toBeLessThanOrEqual(MEBIBYTE * 0.6);
    for (let i = 0; i < 200; i++) counters.hit([charge(window, `known ${i}`)]);
    expect(overflows()).toBe(0);
  });
});

it('a caller has one counter for any number of names that may not have their own', () => {
  const { counters } = open();
  const window = createWindow({ limit: 600, windowMs: 60_000 });
  const batch = (first: number) =>
    Array.from({ length: 100 }, (_, i): Charge => ({
      ...charge(window, `invented ${first + i}`),
      sharedCounter: { key: digestOf(encodeParts(['caller'])), ownCounter: 'never' },
    }));
  for (let sent = 0; sent < 1000; sent++) expect(counters.hit(batch(100 * sent)).admitted).toBe(sent < 6);
  expect(counters.size).toBe(1);
});

describe('a batch that makes the table change its size', () => {
  const window = createWindow({ limit: 10, windowMs: 60_000 });
  /** Charges whose rows are all in one segment of the table. */
  const batch = (size: number, units: number) =>
    Array.from({ length: size }, (_, i): Charge => ({ window, key: { text: `${i}`, words: [0, i, 0, i] }, units }));

  it('is counted by the counters of its names: none is lost on the way', () => {
    for (let size = 1; size < 40; size++) {
      const { counters, overflows } = open();
      expect(counters.hit(batch(size, 6)).admitted).toBe(true);
      expect(batch(size, 5).map((charge) => counters.hit([charge]).admitted)).not.toContain(true);
      expect(batch(size, 4).map((charge) => counters.hit([charge]).admitted)).not.toContain(false);
      expect(overflows()).toBe(0);
    }
  });

  it('leaves no counters when it is rejected', () => {
    const { counters } = open();
    expect(counters.hit(batch(40, 11)).admitted).toBe(false);
    expect(counters.size).toBe(0);
  });
});

it('counts each of many callers as it would count the caller alone', () => {
  const steps = fc.array(fc.record({ gapMs: fc.nat(20), caller: fc.nat(60), units: fc.integer({ min: 1, max: 2 }) }), {
    minLength: 100,
    maxLength: 400,
  });
  fc.assert(
    fc.property(steps, (all) => {
      const { counters, clock } = open();
      const window = createWindow({ limit: 3, windowMs: 300 });
      const alone = new Map<number, Float64Array>();
      for (const { gapMs, caller, units } of all) {
        clock.nowMs += gapMs;
        const row = alone.get(caller) ?? new Float64Array(window.width);
        alone.set(caller, row);
        const fits = window.read(row, 0, clock.nowMs, units).waitMs === 0;
        if (fits) window.spend(row, 0, clock.nowMs, units);
        expect(counters.hit([charge(window, `${caller}`, units)]).admitted).toBe(fits);
      }
    }),
    { numRuns: 30 },
  );
});
