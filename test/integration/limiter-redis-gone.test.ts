import { performance } from 'node:perf_hooks';
import { until } from '../../kong/testkit/until';
import { freePorts } from '../support/free-ports';
import { TestLimiter, rejection } from '../support/limiter';
import { startRedis, type TestRedis } from '../support/redis-server';

let server: TestRedis;
let limiter: TestLimiter;

beforeEach(async () => {
  server = await startRedis();
});

afterEach(async () => {
  await limiter.close();
  await server.close();
});

const TIMEOUT_MS = 150;
/** Delay that a busy machine may add to a timer; far below the wait of a request without a timeout. */
const SLACK_MS = 1500;

const start = async (config: object): Promise<void> => {
  limiter = await TestLimiter.start({
    policy: 'redis',
    rules: [{ windows: [{ limit: 1_000_000, window_seconds: 3600 }] }],
    redis: { port: server.port, timeout: TIMEOUT_MS },
    ...config,
  });
};

/** Sends calls continuously from several senders until the end; counts the outcomes. */
function load() {
  const outcomes = { proceed: 0, reject: 0 };
  let running = true;
  let sent = 0;
  let longestMs = 0;
  const sender = async (): Promise<void> => {
    while (running) {
      sent++;
      const startedAt = performance.now();
      const { kind } = await limiter.ask({});
      longestMs = Math.max(longestMs, performance.now() - startedAt);
      outcomes[kind]++;
      // Lets the event loop handle the sockets.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const senders = Promise.all(Array.from({ length: 16 }, sender));
  return {
    outcomes,
    end: async () => {
      running = false;
      await senders;
      return { ...outcomes, sent, longestMs };
    },
  };
}

const responses = () => limiter.value('mcp_tool_rate_limit_redis_duration_seconds_count').then((count) => count ?? 0);
const failures = () => limiter.sum('mcp_tool_rate_limit_redis_failures_total');

async function more(what: string, of: () => Promise<number>): Promise<void> {
  const before = await of();
  await until(async () => (await of()) > before + 20, what, 15_000);
}

describe.each([
  ['is killed', 'SIGKILL'],
  ['hangs', 'SIGSTOP'],
] as const)('when Redis %s under load', (_, signal) => {
  it.each([true, false])(
    'no request is lost or waits longer than the timeout, and Redis is used again when it is back (fault_tolerant: %s)',
    async (fault_tolerant) => {
      await start({ fault_tolerant });
      const traffic = load();
      await more('responses', responses);
      await server.signal(signal);
      await more('failures', failures);
      await more('requests that did not wait', () =>
        limiter.value('mcp_tool_rate_limit_redis_failures_total', 'circuit_open').then((n) => n ?? 0),
      );
      if (signal === 'SIGKILL') await server.restart();
      else await server.signal('SIGCONT');
      await more('responses again', responses);
      const { sent, proceed, reject, longestMs } = await traffic.end();
      expect(proceed + reject).toBe(sent);
      expect(longestMs).toBeLessThan(TIMEOUT_MS + SLACK_MS);
      const failed = await failures();
      expect(reject).toBe(fault_tolerant ? 0 : failed);
      expect(await responses()).toBe(sent - failed);
      expect(await limiter.sum('mcp_tool_rate_limit_unavailable_total')).toBe(reject);
      const messages = limiter.logged.map(([message]) => message);
      expect(messages).toContain('Redis does not respond: continuing without it, and probing until it responds');
      expect(messages).toContain('Redis responds again');
      // Not one per request, nor per attempt to connect.
      expect(messages.length).toBeLessThan(20);
    },
    30_000,
  );
});

it('counts on the node alone, with the configured share of the limit', async () => {
  await start({
    rules: [
      { name: 'a', windows: [{ limit: 10, window_seconds: 3600 }] },
      { windows: [{ limit: 10, window_seconds: 3600, burst: 7 }] },
    ],
    fault_tolerant_share: 0.5,
  });
  await server.signal('SIGKILL');
  const admitted = async (tool: string): Promise<number> => {
    let count = 0;
    for (let i = 0; i < 12; i++) if (await limiter.call(tool)) count++;
    return count;
  };
  expect(await admitted('a')).toBe(5);
  expect(await admitted('b')).toBe(4);
});

it('rejects with 503 and the id, without fault_tolerant', async () => {
  await start({ fault_tolerant: false, denial: 'tool_error' });
  await server.signal('SIGKILL');
  expect(rejection(await limiter.ask({}))).toMatchObject({
    status: 503,
    headers: { 'Content-Type': 'application/json', 'Retry-After': '1' },
    body: { jsonrpc: '2.0', id: 1, error: { code: 503 } },
    share: { mcp_denied: { by: 'mcp-tool-rate-limit', reason: 'limits_unavailable', code: 503 } },
  });
});

it('loads a configuration while its Redis is down', async () => {
  const [port] = await freePorts(1);
  await start({ redis: { port, timeout: TIMEOUT_MS } });
  expect(await limiter.call('add')).toBe(true);
});

describe('when Redis is out of memory', () => {
  const failures = () => limiter.value('mcp_tool_rate_limit_redis_failures_total', 'reason="out_of_memory"');

  it('counts on the node alone, counts the failures and logs them once, until Redis accepts writes again', async () => {
    await start({ rules: [{ windows: [{ limit: 3, window_seconds: 3600 }] }] });
    await server.command('CONFIG', 'SET', 'maxmemory', 1);
    const passed = [];
    for (let i = 0; i < 6; i++) passed.push(await limiter.call('add'));
    expect(passed).toEqual([true, true, true, false, false, false]);
    expect(await failures()).toBe(6);
    await server.command('CONFIG', 'SET', 'maxmemory', 0);
    expect(await limiter.call('add')).toBe(true);
    expect(limiter.logged.map(([message]) => message)).toEqual([
      'Redis is out of memory and rejects writes: raise its maxmemory, or lower the bounds',
      'Redis accepts writes again',
    ]);
  });

  it('rejects calls without fault_tolerant', async () => {
    await start({ fault_tolerant: false });
    await server.command('CONFIG', 'SET', 'maxmemory', 1);
    expect(rejection(await limiter.ask({})).status).toBe(503);
    expect(await failures()).toBe(1);
  });
});
