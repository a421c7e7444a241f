/**
 * The cost of a decision of the limiter, compared with rate-limiter-flexible on the same work in the same run: in memory,
 * with one Redis, and the memory per key. That library counts in fixed windows, which admit twice the limit across a
 * boundary; ours are exact.
 *
 * Prints tables, without thresholds, since machines differ. Needs redis-server.
 */
import { performance } from 'node:perf_hooks';
import { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, type RateLimiterAbstract } from 'rate-limiter-flexible';
import { Metrics } from '../../kong/pdk';
import { readConfig } from '../../kong/pdk/read-config';
import { silentLog } from '../../kong/testkit/silent-log';
import { chargesOf } from '../../plugins/mcp-tool-rate-limit/charges';
import type { Counters } from '../../plugins/mcp-tool-rate-limit/counters/counters';
import { CounterMemory } from '../../plugins/mcp-tool-rate-limit/counters/local/counter-memory';
import { LocalCounters } from '../../plugins/mcp-tool-rate-limit/counters/local/local-counters';
import { RedisCounters } from '../../plugins/mcp-tool-rate-limit/counters/redis/redis-counters';
import { decisionOf } from '../../plugins/mcp-tool-rate-limit/decision';
import { digestOf, encodeParts } from '../../plugins/mcp-tool-rate-limit/digest';
import { limitPolicyOf } from '../../plugins/mcp-tool-rate-limit/limit-policy';
import { compileRules } from '../../plugins/mcp-tool-rate-limit/rules';
import { fields } from '../../plugins/mcp-tool-rate-limit/schema';
import { UnverifiedNames } from '../../plugins/mcp-tool-rate-limit/unverified-names';
import { createWindow } from '../../plugins/mcp-tool-rate-limit/windows/create-window';
import type { Quota, Window } from '../../plugins/mcp-tool-rate-limit/windows/window';
import { announcedNamesOf, AnnouncedNames } from '../../plugins/shared/mcp/announced-names';
import { acquireRedis } from '../../plugins/shared/redis/shared-redis';
import { limiterFacts, TestLimiter } from '../support/limiter';
import { startRedis } from '../support/redis-server';

const ROUND_MS = 1000;
const ROUNDS = 3;
const CALLERS = 10_000;
const WINDOW_S = 3600;
const LIMIT = 1_000_000;

const paced: Quota = { limit: LIMIT, windowMs: WINDOW_S * 1000, burst: LIMIT - 1 };
const sliding: Quota = { limit: LIMIT, windowMs: WINDOW_S * 1000 };
const callers = Array.from({ length: CALLERS }, (_, i) => `consumer ${i}`);
const nowMs = (): number => Math.floor(performance.now());
const memoryOfAll = new CounterMemory(2 ** 34);
const local = (): LocalCounters =>
  new LocalCounters({ maxBytes: 2 ** 33, memory: memoryOfAll, nowMs, onOverflow: () => undefined });

/** Makes one decision for a caller. */
type Decide = (caller: string) => unknown;

const hitOf = (counters: Counters, window: Window): Decide => {
  const hashTag = encodeParts(['bench']);
  return (caller) =>
    counters.hit([{ window, key: digestOf(encodeParts(['bench', caller, 'add'])), units: 1 }], hashTag);
};

const flexible = (limiter: RateLimiterAbstract): Decide => {
  return (caller) => limiter.consume(`bench ${caller} add`).catch(() => undefined);
};

/** Decisions per second: the best of several rounds, to reduce the effect of other load on the machine. */
async function perSecond(decide: Decide, atOnce: number): Promise<number> {
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const end = performance.now() + ROUND_MS;
    const startedAt = performance.now();
    let done = 0;
    const worker = async (first: number): Promise<void> => {
      for (let i = first; performance.now() < end; i += atOnce) {
        // Many decisions per check of the clock, which is not part of the work of either.
        for (let n = 0; n < (atOnce === 1 ? 100 : 1); n++) {
          const result = decide(callers[(i + n * 7) % CALLERS] ?? '');
          if (result instanceof Promise) await result;
          done++;
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, (_, i) => worker(i)));
    best = Math.max(best, (done / (performance.now() - startedAt)) * 1000);
  }
  return Math.round(best);
}

async function inMemory(): Promise<void> {
  const library = new RateLimiterMemory({ points: LIMIT, duration: WINDOW_S });
  const metrics = new Metrics();
  announcedNamesOf(metrics).addListed('py-calculator', 'tools/call', ['add']);
  const rules = [{ windows: [{ limit: LIMIT, window_seconds: WINDOW_S }] }];
  const limiter = await TestLimiter.start({ rules }, metrics);
  const facts = callers.map((id) => limiterFacts({ consumer: { id, username: id, customId: '', tags: [] } }));
  const summary = { batch: false, messages: [{ kind: 'request', id: 1, method: 'tools/call', name: 'add' } as const] };
  let i = 0;
  console.table({
    'rate-limiter-flexible, fixed window': { 'decisions/s': await perSecond(flexible(library), 1) },
    'counter, paced': { 'decisions/s': await perSecond(hitOf(local(), createWindow(paced)), 1) },
    'counter, sliding': { 'decisions/s': await perSecond(hitOf(local(), createWindow(sliding)), 1) },
    'rules + counter + decision': { 'decisions/s': await perSecond(wholeDecision(true), 1) },
    'the same for an unverified tool': { 'decisions/s': await perSecond(wholeDecision(false), 1) },
    'whole handler, with metrics and headers': {
      'decisions/s': await perSecond(() => limiter.ask({ ...facts[i++ % CALLERS], summary }), 1),
    },
    'whole handler, body read by itself': {
      'decisions/s': await perSecond(() => limiter.ask(facts[i++ % CALLERS] ?? {}), 1),
    },
  });
}

/** `offers`: the server is known to offer the tool; else its name is unverified. */
function wholeDecision(offers: boolean): Decide {
  const rules = ['add', 'sub*', '*'].map((name) => ({ name, windows: [{ limit: LIMIT, window_seconds: WINDOW_S }] }));
  const config = readConfig(fields, { rules });
  const announced = new AnnouncedNames();
  if (offers) announced.addListed('a', 'tools/call', ['multiply']);
  const unverified = new UnverifiedNames({ maxNames: 32, nowMs });
  const policy = limitPolicyOf(compileRules(config), 'first', ['', 'route', ''], { announced, unverified });
  const counters = local();
  const messages = [{ kind: 'request', id: 1, method: 'tools/call', name: 'multiply' } as const];
  return (id) => {
    const caller = { consumerId: id, credentialId: id, ip: '', headerValues: () => [], service: 'a', tier: '' };
    const charges = chargesOf(messages, caller, policy);
    return decisionOf(charges, counters.hit(charges.charges));
  };
}

async function onRedis(): Promise<void> {
  const server = await startRedis();
  const config = readConfig(fields, { rules: [], redis: { port: server.port, timeout: 5000 } }).redis;
  const redis = await acquireRedis(config, { metrics: new Metrics(), log: silentLog });
  const client = new Redis({ port: server.port, protocol: 2 });
  const library = new RateLimiterRedis({ storeClient: client, points: LIMIT, duration: WINDOW_S });
  const fives = Array.from(
    { length: 5 },
    (_, i) => new RateLimiterRedis({ storeClient: client, points: LIMIT, duration: WINDOW_S, keyPrefix: `five${i}` }),
  );
  const five = Array.from({ length: 5 }, () => createWindow(paced));
  const one = { paced: createWindow(paced), sliding: createWindow(sliding) };
  const ours = new RedisCounters(redis, {
    namespace: 'bench',
    scope: encodeParts(['bench']),
    rules: [
      { id: 'one', windows: Object.values(one) },
      { id: 'five', windows: five },
    ],
    maxBytes: 2 ** 30,
    isCluster: false,
    onOverflow: () => undefined,
  });
  const hashTag = encodeParts(['bench']);
  const table: Record<string, object> = {};
  for (const atOnce of [1, 64]) {
    const row = (name: string, decide: Decide) =>
      perSecond(decide, atOnce).then(
        (rate) => (table[name] = { ...table[name], [`decisions/s, ${atOnce} at once`]: rate }),
      );
    await row('rate-limiter-flexible, fixed window', flexible(library));
    await row('counter, paced', hitOf(ours, one.paced));
    await row('counter, sliding', hitOf(ours, one.sliding));
    await row('rate-limiter-flexible, five limits', (caller) =>
      Promise.all(fives.map((limiter) => limiter.consume(caller))),
    );
    await row('five limits, all or none', (caller) =>
      ours.hit(
        five.map((window, i) => ({ window, key: digestOf(encodeParts([caller, String(i)])), units: 1 })),
        hashTag,
      ),
    );
  }
  console.table(table);
  client.disconnect();
  await ours.close();
  await server.close();
}

/** Bytes of heap and array buffers per caller. */
async function bytesPerKey(keys: number, fill: (caller: string) => unknown): Promise<number> {
  const before = await bytesInUse();
  for (let i = 0; i < keys; i++) fill(`consumer ${i}`);
  return Math.round(((await bytesInUse()) - before) / keys);
}

async function bytesInUse(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function memory(): Promise<void> {
  const keys = 1_000_000;
  // So long that every counter is in use while it is measured.
  const small = { limit: 10, windowMs: WINDOW_S * 1000 };
  const library = new RateLimiterMemory({ points: LIMIT, duration: WINDOW_S });
  const [first, second, third] = [local(), local(), local()];
  console.table({
    'paced, any limit': {
      'bytes per key': await bytesPerKey(keys, hitOf(first, createWindow({ ...small, burst: 9 }))),
    },
    'sliding, limit 10': { 'bytes per key': await bytesPerKey(keys, hitOf(second, createWindow(small))) },
    'sliding, limit 1000000': { 'bytes per key': await bytesPerKey(keys / 10, hitOf(third, createWindow(sliding))) },
    'rate-limiter-flexible': { 'bytes per key': await bytesPerKey(keys, flexible(library)) },
  });
  // Keeps the counters from being garbage-collected before they are measured.
  if (first.size + second.size + third.size === 0 || library.points === 0) throw new Error('nothing was counted');
}

async function main(): Promise<void> {
  await inMemory();
  await onRedis();
  await memory();
  process.exit(0);
}

void main();
