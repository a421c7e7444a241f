import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../kong/testkit/until';
import { freePorts } from '../support/free-ports';
import { TestLimiter, rejection, toolCall } from '../support/limiter';
import { startRedis, startRedisCluster, type TestRedis } from '../support/redis-server';

const limiters: TestLimiter[] = [];
const servers: TestRedis[] = [];

afterEach(async () => {
  await Promise.all(limiters.splice(0).map((limiter) => limiter.close()));
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function redis(...given: Parameters<typeof startRedis>): Promise<TestRedis> {
  const server = await startRedis(...given);
  servers.push(server);
  return server;
}

/** With a long timeout, since on a busy machine these tests must not count on the node alone. */
async function limiter({ redis, ...config }: { redis: object } & Record<string, unknown>): Promise<TestLimiter> {
  const started = await TestLimiter.start({ policy: 'redis', redis: { timeout: 5000, ...redis }, ...config });
  limiters.push(started);
  return started;
}

const rule = (limit: number, more: object = {}) => ({ windows: [{ limit, window_seconds: 3600 }], ...more });

/** How many of several concurrent calls pass. */
async function admittedOf(all: readonly TestLimiter[], calls: number, tool = 'add'): Promise<number> {
  const passed = await Promise.all(Array.from({ length: calls }, (_, i) => all[i % all.length]!.call(tool)));
  return passed.filter(Boolean).length;
}

describe('several nodes with one Redis', () => {
  it('together admit exactly as many calls as one node', async () => {
    const { port } = await redis();
    const nodes = await Promise.all([1, 2, 3].map(() => limiter({ rules: [rule(20)], redis: { port } })));
    expect(await admittedOf(nodes, 90)).toBe(20);
    expect(await admittedOf(nodes, 9, 'other')).toBe(9);
  });

  it('do not share counters between namespaces', async () => {
    const { port } = await redis();
    const [one, two] = [
      await limiter({ rules: [rule(1)], redis: { port }, namespace: 'a' }),
      await limiter({ rules: [rule(1)], redis: { port }, namespace: 'b' }),
    ];
    expect([await one.call('add'), await two.call('add'), await one.call('add')]).toEqual([true, true, false]);
  });

  it('spend nothing on a rejected request, whichever rule or call of the batch rejects it', async () => {
    const { port, command } = await redis();
    const one = await limiter({
      match: 'all',
      rules: [rule(10, { id: 'each' }), rule(3, { id: 'sum', shared: ['tools', 'callers'] })],
      redis: { port },
    });
    const batch = (size: number) => Array.from({ length: size }, (_, i) => toolCall(`t${i}`, i));
    expect((await one.ask({ json: batch(4) })).kind).toBe('reject');
    expect(await command('DBSIZE')).toBe(0);
    expect((await one.ask({ json: batch(3) })).kind).toBe('proceed');
    expect((await one.ask({ json: batch(1) })).kind).toBe('reject');
    // Three of names, one of their sum, and the number of counters.
    expect(await command('DBSIZE')).toBe(5);
  });

  it('lets counters expire when they are empty', async () => {
    const { port, command } = await redis();
    const one = await limiter({ rules: [{ windows: [{ limit: 5, window_seconds: 7 }] }], redis: { port } });
    await one.call('add');
    const keys = (await command('KEYS', '*')) as string[];
    const key = keys.find((one) => !one.includes(':number:'));
    expect(key).toMatch(/^mcp-tool-rate-limit:\{[\w-]{20}\}:[\w-]{20}:s7000$/);
    const ttl = Number(await command('PTTL', key!));
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(7000);
  });

  it('sends one command per request, whatever the number of rules, windows and calls', async () => {
    const { port, command } = await redis();
    const windows = [60, 3600, 86_400].map((window_seconds) => ({ limit: 1000, window_seconds }));
    const one = await limiter({
      match: 'all',
      rules: ['a*', '*', '?b'].map((name) => ({ name, windows })),
      redis: { port },
    });
    await one.call('warm');
    await command('CONFIG', 'RESETSTAT');
    await one.ask({ json: [toolCall('ab', 1), toolCall('bb', 2), toolCall('cc', 3)] });
    const stats = String(await command('INFO', 'commandstats'));
    expect(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1]).toBe('1');
  });

  it('shares one connection between configurations with the same server', async () => {
    const { port, command } = await redis();
    const shared = { policy: 'redis', redis: { port, timeout: 5000 } };
    const first = await TestLimiter.start({ ...shared, rules: [rule(1)] });
    const second = await TestLimiter.start({ ...shared, rules: [rule(2)] }, first.metrics);
    limiters.push(first, second);
    const clients = String(await command('CLIENT', 'LIST', 'TYPE', 'normal'));
    // The other one is the client of the test.
    expect(clients.trim().split('\n')).toHaveLength(2);
    await first.close();
    expect(await second.call('add')).toBe(true);
  });
});

describe('the connection', () => {
  it('authenticates, and selects a database', async () => {
    const { port, command } = await redis(['requirepass secret', 'user limits on >pass ~* +@all']);
    const rules = [rule(1)];
    const one = await limiter({ rules, redis: { port, username: 'limits', password: 'pass', database: 3 } });
    expect([await one.call('add'), await one.call('add')]).toEqual([true, false]);
    expect(String(await command('INFO', 'keyspace'))).toContain('db3:keys=2');
  });

  it('treats a wrong password like any failure, and does not log the password', async () => {
    const { port } = await redis(['requirepass secret']);
    const one = await limiter({ rules: [rule(1)], fault_tolerant: false, redis: { port, password: 'wr0ng' } });
    expect((await one.ask({})).kind).toBe('reject');
    expect(await one.sum('mcp_tool_rate_limit_redis_failures_total')).toBe(1);
    expect(JSON.stringify(one.logged)).not.toContain('wr0ng');
  });

  it('uses TLS, and verifies the certificate', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-days', '2', '-nodes', '-newkey', 'ec', '-pkeyopt'];
    execFileSync('openssl', ['req', '-x509', '-keyout', key, '-out', cert, ...subject, 'ec_paramgen_curve:P-256'], {
      stdio: 'ignore',
    });
    const [tls = 0] = await freePorts(1);
    await redis([`tls-port ${tls}`, `tls-cert-file ${cert}`, `tls-key-file ${key}`, 'tls-auth-clients no']);
    const base = { rules: [rule(1)], fault_tolerant: false };
    const unverified = await limiter({ ...base, redis: { port: tls, ssl: true, ssl_verify: false } });
    expect(await unverified.call('add')).toBe(true);
    const strict = await limiter({ ...base, redis: { port: tls, ssl: true } });
    expect(rejection(await strict.ask({})).status).toBe(503);
    rmSync(folder, { recursive: true });
  });

  it('finds the master with Sentinels, also after a failover', async () => {
    const master = await redis(['repl-diskless-sync-delay 0']);
    const replica = await redis([`replicaof 127.0.0.1 ${master.port}`]);
    const watch = [
      `sentinel monitor main 127.0.0.1 ${master.port} 1`,
      'sentinel down-after-milliseconds main 200',
      'sentinel failover-timeout main 1000',
    ];
    const sentinel = await redis(watch, ['--sentinel']);
    const says = async (node: TestRedis, section: string, text: string): Promise<boolean> =>
      String(await node.command('INFO', section)).includes(text);
    await until(() => says(sentinel, 'sentinel', 'slaves=1'), 'the Sentinel to see the replica');
    await until(() => says(replica, 'replication', 'master_link_status:up'), 'the replica to follow');
    const one = await limiter({
      rules: [rule(100)],
      redis: { sentinel_master: 'main', sentinel_nodes: [{ host: '127.0.0.1', port: sentinel.port }] },
    });
    await one.call('add');
    expect(await master.command('DBSIZE')).toBe(2);
    // Writes that the replica has not received are lost with the master.
    await until(async () => (await replica.command('DBSIZE')) === 2, 'the replica to know the keys');
    await master.signal('SIGKILL');
    await until(
      async () => {
        await one.call('other');
        return ((await replica.command('KEYS', '*')) as string[]).length === 3;
      },
      'the next master',
      15_000,
    );
  }, 30_000);

  it('works in a cluster: the keys of a request are on one node, those of all callers on all nodes', async () => {
    const nodes = await startRedisCluster();
    servers.push(...nodes);
    const cluster_nodes = [{ ip: '127.0.0.1', port: nodes[0]!.port }];
    const base = { fault_tolerant: false, redis: { cluster_nodes, timeout: 300 } };
    const spread = await limiter({
      ...base,
      match: 'all',
      rules: [rule(10, { limit_by: ['ip'] }), rule(20, { limit_by: ['ip'], shared: ['tools'], id: 'all' })],
    });
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, i) => spread.call('add', { ip: `192.0.2.${i}` })),
    );
    expect(outcomes).not.toContain(false);
    const sizes = await Promise.all(nodes.map(async (node) => Number(await node.command('DBSIZE'))));
    // Each call has two counters; each hash tag has its number of counters.
    expect(sizes.reduce((sum, size) => sum + size)).toBeGreaterThan(120);
    for (const size of sizes) expect(size).toBeGreaterThan(0);

    const together = await limiter({
      ...base,
      rules: [rule(10, { limit_by: ['ip'] }), rule(5, { shared: ['tools', 'callers'], id: 'all' })],
      match: 'all',
    });
    expect(await admittedOf([together], 30)).toBe(5);
  }, 30_000);
});
