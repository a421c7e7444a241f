import fc from 'fast-check';
import { Redis } from 'ioredis';
import type { Charge, Hit } from '../../plugins/mcp-tool-rate-limit/counters/counters';
import { CounterMemory } from '../../plugins/mcp-tool-rate-limit/counters/local/counter-memory';
import { LocalCounters } from '../../plugins/mcp-tool-rate-limit/counters/local/local-counters';
import { HIT } from '../../plugins/mcp-tool-rate-limit/counters/redis/hit-script';
import { RedisCounters } from '../../plugins/mcp-tool-rate-limit/counters/redis/redis-counters';
import { digestOf, encodeParts } from '../../plugins/mcp-tool-rate-limit/digest';
import { createWindow } from '../../plugins/mcp-tool-rate-limit/windows/create-window';
import type { Quota, Window } from '../../plugins/mcp-tool-rate-limit/windows/window';
import type { SharedRedis } from '../../plugins/shared/redis/shared-redis';
import { AdmittedLog, chargesOf, CounterModel, requests, twoWindows } from '../support/counter-model';
import { startRedis, type TestRedis } from '../support/redis-server';

/**
 * Compares the script on a real Redis with the counters in memory, which have tests against a model. Both use a clock of the
 * test: the script reads the time from its last arguments, and keys expire by it.
 */
const CLOCK = "redis.call('TIME')";
const READ = "return redis.call('GET', key)";
const WRITE = "redis.call('SET', key, value, 'PX', keep)";
const withTestClock = HIT.lua
  .replace(CLOCK, '{ ARGV[#ARGV - 1], ARGV[#ARGV] }')
  .replace(READ, "return tonumber(redis.call('GET', 'until ' .. key) or 0) > server_now and redis.call('GET', key)")
  .replace(WRITE, "redis.call('MSET', key, value, 'until ' .. key, server_now + keep)");

let server: TestRedis;
let client: Redis;
let nowMs = 0;

beforeAll(async () => {
  server = await startRedis();
  client = new Redis({ port: server.port, protocol: 2 });
  client.defineCommand('hit', { lua: withTestClock });
});

afterAll(async () => {
  client.disconnect();
  await server.close();
});

const redis: SharedRedis = {
  run: (_, keys, args) => {
    const clock = [Math.floor(nowMs / 1000), (nowMs % 1000) * 1000];
    const { hit } = client as unknown as { hit: (...given: (string | number)[]) => Promise<unknown> };
    return hit.call(client, keys.length, ...keys, ...args, ...clock);
  },
  release: () => Promise.resolve(),
};

it('contains the calls that the test replaces', () => {
  expect(HIT.lua).toContain(CLOCK);
  for (const part of [READ, WRITE]) expect(HIT.lua.split(part)).toHaveLength(2);
});

const quotas: fc.Arbitrary<Quota> = fc.oneof(
  fc.record({ limit: fc.integer({ min: 1, max: 60 }), windowMs: fc.integer({ min: 1, max: 300 }) }),
  fc.record({
    limit: fc.integer({ min: 1, max: 60 }),
    windowMs: fc.integer({ min: 1, max: 300 }),
    burst: fc.nat(10),
  }),
);

/** A request whose charges name a window and a caller by number. */
const asked = fc.record({
  gapMs: fc.oneof(fc.constant(0), fc.nat(30), fc.nat(400)),
  charges: fc.uniqueArray(fc.record({ window: fc.nat(3), caller: fc.nat(1), units: fc.integer({ min: 1, max: 4 }) }), {
    minLength: 1,
    maxLength: 4,
    selector: ({ window, caller }) => `${window} ${caller}`,
  }),
});

const hashTag = encodeParts(['hash tag']);
let runs = 0;

/** New counters with a namespace of their own. */
const open = (windows: readonly Window[], maxKeys?: number): RedisCounters =>
  new RedisCounters(redis, {
    namespace: `run${++runs}`,
    scope: hashTag,
    rules: windows.map((window, i) => ({ id: `${i}`, windows: [window] })),
    maxBytes: 2 ** 24,
    ...(maxKeys !== undefined && { maxKeys }),
    isCluster: false,
    onOverflow: () => undefined,
  });

it('counts as the counters in memory do, for any charges and rules', async () => {
  const windows = fc.tuple(quotas, quotas, quotas, quotas);
  const reporting = fc.subarray([0, 1, 2, 3]);
  await fc.assert(
    fc.asyncProperty(windows, reporting, fc.array(asked, { maxLength: 40 }), async (given, reports, steps) => {
      nowMs = 1_800_000_000_000;
      const states = given.map(createWindow);
      const local = new LocalCounters({
        maxBytes: 2 ** 24,
        memory: new CounterMemory(2 ** 30),
        nowMs: () => nowMs,
        onOverflow: () => undefined,
      });
      const shared = open(states);
      for (const { gapMs, charges } of steps) {
        nowMs += gapMs;
        const all = charges.map(({ window, caller, units }): Charge => ({
          window: states[window]!,
          key: digestOf(encodeParts([String(window), String(caller)])),
          units,
          ...(reports.includes(window) && { reportRule: window }),
        }));
        const expected: Hit = local.hit(all);
        expect(await shared.hit(all, hashTag)).toEqual(expected);
      }
    }),
    { numRuns: 100 },
  );
}, 60_000);

it('counts names that move between counters as unbounded counters would, and admits no name above its limit', async () => {
  await fc.assert(
    fc.asyncProperty(twoWindows, requests(40), async (windows, all) => {
      nowMs = 1_800_000_000_000;
      const [counters, model, log] = [open(windows), new CounterModel(), new AdmittedLog()];
      for (const request of all) {
        nowMs += request.gapMs;
        const charges = chargesOf(request, windows);
        const hit = await counters.hit(charges, hashTag);
        expect(hit).toEqual(model.hit(charges, nowMs));
        if (hit.admitted) expect(log.add(request, windows, nowMs)).toEqual([]);
      }
    }),
    { numRuns: 100 },
  );
}, 60_000);

it('keeps no more counters than its bound, and admits no name above its limit at the bound', async () => {
  await fc.assert(
    fc.asyncProperty(twoWindows, fc.integer({ min: 2, max: 8 }), requests(40), async (windows, maxKeys, all) => {
      nowMs = 1_800_000_000_000;
      const [counters, log] = [open(windows, maxKeys), new AdmittedLog()];
      for (const request of all) {
        nowMs += request.gapMs;
        const { admitted } = await counters.hit(chargesOf(request, windows), hashTag);
        if (admitted) expect(log.add(request, windows, nowMs)).toEqual([]);
      }
      expect(await rowsInUse(`run${runs}:`)).toBeLessThanOrEqual(maxKeys);
    }),
    { numRuns: 100 },
  );
}, 60_000);

/** The number of own and shared counters that have not expired. */
async function rowsInUse(start: string): Promise<number> {
  const rows = (await client.keys(`until ${start}*`)).filter((key) => !/:(?:overflow:|number:)/.test(key));
  const ends = rows.length > 0 ? await client.mget(rows) : [];
  return ends.filter((end) => Number(end) > nowMs).length;
}

it('accepts a request with thousands of charges', async () => {
  const window = createWindow({ limit: 2, windowMs: 1000, burst: 1 });
  const charges = Array.from({ length: 5000 }, (_, i): Charge => ({
    window,
    key: digestOf(encodeParts([String(i)])),
    units: 1,
  }));
  const { admitted, statuses } = await open([window]).hit(charges, hashTag);
  expect(admitted).toBe(true);
  expect(statuses.filter(({ remaining }) => remaining === 1)).toHaveLength(5000);
});

it('does not refill counters after the clock of the server was set back', async () => {
  const window = createWindow({ limit: 1, windowMs: 1000 });
  const paced = createWindow({ limit: 1, windowMs: 1000, burst: 0 });
  const charges = [window, paced].map((one, i): Charge => ({
    window: one,
    key: digestOf(encodeParts([String(i)])),
    units: 1,
  }));
  const shared = open([window, paced]);
  nowMs = 2_000_000_000_000;
  expect(await shared.hit(charges, hashTag)).toMatchObject({ admitted: true });
  nowMs -= 3_600_000;
  const { statuses } = await shared.hit(charges, hashTag);
  expect(statuses.map(({ waitMs }) => waitMs)).toEqual([1000, 1000]);
  nowMs += 3_600_000 + 999;
  expect(await shared.hit(charges, hashTag)).toMatchObject({ admitted: false });
  nowMs += 1;
  expect(await shared.hit(charges, hashTag)).toMatchObject({ admitted: true });
});
