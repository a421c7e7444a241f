import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { hostsFile, kongVariables, logOf, pidFileOf, PORTS, type Layout } from '../../kong/start/layout';
import { startOnThisMachine } from '../../kong/start/on-this-machine';
import type { Part } from '../../kong/start/part';
import { startPluginServer } from '../../kong/start/plugin-server';
import { Program } from '../../kong/start/program';
import type { Run } from '../../kong/start/run';
import { until } from '../../kong/testkit/until';
import { plugins } from '../../plugins';
import { startPostgres, type TestPostgres } from '../support/postgres';
import { buildProfile } from '../support/profile-gateway';
import { startRedis, type TestRedis } from '../support/redis-server';
import { missingPrograms, startProcess, type RunningProcess } from '../support/running-process';

/** The topologies of docker/overlays with real programs: Kong, Postgres, HAProxy, Redis. */
const ROOT = resolve(__dirname, '../..');
const byte = () => 1 + Math.floor(Math.random() * 254);
const NET = `127.${byte()}.${byte()}`;

/** A control plane has no proxy: nginx then does not know the variables of the request log. */
const NO_PROXY = { KONG_PROXY_LISTEN: 'off', KONG_NGINX_HTTP_INCLUDE: 'NONE', KONG_PROXY_ACCESS_LOG: 'off' };

/** `describe`, or `describe.skip` with a name that says what is missing. */
function topology(name: string, programs: readonly string[], body: () => void): void {
  const missing = missingPrograms('kong', ...programs);
  if (missing.length === 0) describe(name, body);
  else describe.skip(`${name} (skipped: install ${missing.join(', ')})`, body);
}

const MCP_HEADERS = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };
const call = (name: string, args: object) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } });
const post = async (url: string, body: string): Promise<{ status: number; text: string }> => {
  const response = await fetch(url, { method: 'POST', headers: { ...MCP_HEADERS, Connection: 'close' }, body });
  return { status: response.status, text: await response.text() };
};

topology('three gateways behind HAProxy with one Redis', ['haproxy', 'redis-server'], () => {
  const runs: Run[] = [];
  const folders: string[] = [];
  let redis: TestRedis;
  let balancer: RunningProcess;
  const url = `http://${NET}.9:8000`;

  beforeAll(async () => {
    redis = await startRedis();
    const built = buildProfile(['redis'], { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis.port) });
    for (const at of [1, 2, 3]) {
      const logs = mkdtempSync(join(tmpdir(), 'topology-'));
      folders.push(logs);
      runs.push(await startOnThisMachine('kong', ROOT, `${NET}.${at}`, logs, () => built));
    }
    let config = readFileSync(join(ROOT, 'docker/overlays/haproxy.cfg'), 'utf8')
      .replace('bind :8000', `bind ${NET}.9:8000`)
      .replace('bind 127.0.0.1:8404', `bind ${NET}.9:8404`);
    for (const [index, name] of ['kong', 'kong-2', 'kong-3'].entries()) {
      config = config.replace(`${name}-on-access:8000`, `${NET}.${index + 1}:8000`);
    }
    const file = join(folders[0]!, 'haproxy.cfg');
    writeFileSync(file, config);
    balancer = startProcess('haproxy', ['-db', '-f', file]);
    const isUp = async () => (await fetch(`${url}/health`).catch(() => undefined))?.status === 200;
    await until(isUp, 'the balancer', 60_000).catch((error: unknown) => {
      throw new Error(balancer.output(), { cause: error });
    });
  }, 240_000);
  afterAll(async () => {
    await balancer.stop();
    for (const run of runs) await run.stop();
    await redis.close();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  it('a limit of five calls is exact over all three, with simultaneous calls', async () => {
    // HAProxy finds all three first.
    const ready = () => fetch(`http://${NET}.9:8404/ready`).then(({ status }) => status === 200);
    await until(ready, 'HAProxy to be ready', 30_000);
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => post(`${url}/py-calculator/mcp`, call('countdown', { from: 1 }))),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(30).fill(200));
    expect(answers.filter(({ text }) => !text.includes('Rate limit'))).toHaveLength(5);
    const served = (): number[] =>
      runs.map(
        ({ state }) => readFileSync(state.requestLog!, 'utf8').match(/"uri":"\/py-calculator\/mcp"/g)?.length ?? 0,
      );
    // nginx writes the line of a request after its response.
    await until(() => served().reduce((sum, count) => sum + count) === 30, 'the lines of all calls');
    expect(Math.min(...served())).toBeGreaterThan(5);
  });

  it('while one gateway is away, the others serve, with the same counters', async () => {
    await runs[2]!.stop();
    runs.pop();
    const severalOk = async () => {
      const tries = Array.from({ length: 6 }, () => post(`${url}/py-calculator/mcp`, call('add', { a: 1, b: 2 })));
      return (await Promise.all(tries)).every(({ status }) => status === 200);
    };
    await until(severalOk, 'HAProxy to find that the gateway is away', 30_000);
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => post(`${url}/py-calculator/mcp`, call('countdown', { from: 1 }))),
    );
    // The counters are in Redis: no call is free.
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(12).fill(200));
    expect(answers.filter(({ text }) => !text.includes('Rate limit'))).toEqual([]);
  }, 60_000);
});

topology('with Postgres', ['postgres', 'initdb', 'psql'], () => {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-mode-'));
  const names = plugins.map(({ name }) => name);
  const layout = (host: string): Layout => ({ root: ROOT, folder, logs: folder, host, plugins: names });
  const at = layout(`${NET}.20`);
  const parts: Part[] = [];
  const nodes: string[] = [];
  let database: TestPostgres;

  const ofDatabase = () => ({
    KONG_DATABASE: 'postgres',
    KONG_PG_HOST: '127.0.0.1',
    KONG_PG_PORT: String(database.port),
    KONG_PG_USER: 'kong',
    KONG_PG_DATABASE: 'kong',
  });
  const kong = (args: readonly string[], env: Record<string, string>): string => {
    const all = { ...process.env, ...env };
    const { status, stdout, stderr } = spawnSync('kong', args, { encoding: 'utf8', env: all });
    if (status !== 0) throw new Error(`kong ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout + stderr;
  };
  /** Starts a Kong whose prefix has this name. */
  const start = (name: string, host: string, env: Record<string, string>): void => {
    const prefix = join(folder, name);
    mkdirSync(prefix, { mode: 0o755 });
    kong(['start', '-c', join(ROOT, 'kong/kong.conf')], {
      ...kongVariables(layout(host)),
      KONG_DECLARATIVE_CONFIG: '',
      KONG_PROXY_ACCESS_LOG: 'off',
      KONG_NGINX_WORKER_PROCESSES: '1',
      ...env,
      KONG_PREFIX: prefix,
    });
    nodes.push(prefix);
  };
  const stop = async (name: string): Promise<void> => {
    const prefix = join(folder, name);
    const pid = join(prefix, 'pids/nginx.pid');
    spawnSync('kong', ['stop', '-p', prefix]);
    await until(() => !existsSync(pid), `${name} to end`, 20_000);
    nodes.splice(nodes.indexOf(prefix), 1);
  };
  const admin = async (host: string, method: string, path: string, body?: object) => {
    const response = await fetch(`http://${host}:${PORTS.admin}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', Connection: 'close' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
  };
  const guard = (limit: number) => ({
    'mcp-validator': { tools: { deny: ['admin_*'] } },
    'mcp-tool-rate-limit': { rules: [{ name: 'countdown', windows: [{ limit, window_seconds: 60 }] }] },
  });
  const addCalculator = async (host: string, limit: number): Promise<string> => {
    const url = `http://${at.host}:${PORTS['py-calculator']}`;
    expect(await admin(host, 'PUT', '/services/calculator', { url })).toMatchObject({ status: 200 });
    const route = { paths: ['/calculator'], response_buffering: false };
    expect(await admin(host, 'PUT', '/services/calculator/routes/calculator', route)).toMatchObject({ status: 200 });
    const added = await admin(host, 'POST', '/services/calculator/plugins', {
      name: 'mcp-guard',
      config: guard(limit),
    });
    expect([added.status, added.body['message']]).toEqual([201, undefined]);
    return added.body['id'] as string;
  };

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    database = await startPostgres();
    // All phases: the file that `--for` reads does not exist here.
    execFileSync(process.execPath, [join(ROOT, 'dist/plugins/main.js'), 'dump', '--all', '--out', folder]);
    writeFileSync(join(folder, 'hosts'), hostsFile(at));
    await startPluginServer(at, (part) => parts.push(part), pidFileOf(at, 'plugin-server'));
    parts.push(
      new Program({
        name: 'py-calculator',
        command: process.execPath,
        args: [join(ROOT, 'dist/docker/upstreams/calculator/main.js')],
        env: { HOST: at.host, PORT: String(PORTS['py-calculator']), NAME: 'py-calculator' },
        logFile: logOf(at, 'py-calculator'),
      }),
    );
    kong(['migrations', 'bootstrap', '-c', join(ROOT, 'kong/kong.conf')], {
      ...kongVariables(at),
      KONG_DECLARATIVE_CONFIG: '',
      ...ofDatabase(),
    });
  }, 180_000);
  afterAll(async () => {
    for (const prefix of nodes) spawnSync('kong', ['stop', '-p', prefix]);
    for (const part of parts) await part.stop();
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('migrations that ran already do nothing: the overlay runs them at every start', () => {
    const env = { ...kongVariables(at), KONG_DECLARATIVE_CONFIG: '', ...ofDatabase() };
    const conf = ['-c', join(ROOT, 'kong/kong.conf')];
    expect(kong(['migrations', 'bootstrap', ...conf], env)).toContain('already bootstrapped');
    expect(kong(['migrations', 'up', ...conf], env)).toContain('up-to-date');
    expect(kong(['migrations', 'finish', ...conf], env)).toContain('No pending migrations');
  }, 60_000);

  it('plugins are configured through the Admin API, live, and wrong values are rejected', async () => {
    start('traditional', at.host, ofDatabase());
    const id = await addCalculator(at.host, 2);
    const url = `http://${at.host}:${PORTS.proxy}/calculator/mcp`;
    const countdown = () => post(url, call('countdown', { from: 1 }));
    await until(async () => (await post(url, '{')).status === 400, 'the guard', 30_000);
    expect((await post(url, call('add', { a: 1, b: 2 }))).text).toContain('3');
    expect((await post(url, call('admin_reset', {}))).text).toContain('Unknown tool');
    const texts = [await countdown(), await countdown(), await countdown()].map(({ text }) => text);
    expect(texts.map((text) => text.includes('Rate limit'))).toEqual([false, false, true]);

    const wrong = await admin(at.host, 'PATCH', `/plugins/${id}`, { config: { 'mcp-validator': { mode: 'maybe' } } });
    expect([wrong.status, JSON.stringify(wrong.body)]).toEqual([400, expect.stringContaining('mode')]);
    const right = await admin(at.host, 'PATCH', `/plugins/${id}`, { config: guard(100) });
    expect(right.status).toBe(200);
    await until(async () => !(await countdown()).text.includes('Rate limit'), 'the new limit', 30_000);
    await stop('traditional');
  }, 120_000);

  it('a control plane configures a data plane, which serves on its own while the other is away', async () => {
    const certificate = ['cluster.crt', 'cluster.key'].map((name) => join(folder, name));
    kong(['hybrid', 'gen_cert', ...certificate], {});
    for (const file of certificate) chmodSync(file, 0o644);
    const cluster = { KONG_CLUSTER_CERT: certificate[0]!, KONG_CLUSTER_CERT_KEY: certificate[1]! };
    const [controlHost, dataHost] = [`${NET}.21`, `${NET}.22`];
    // The descriptions, and no plugin server: its socket does not exist.
    const noSocket = Object.fromEntries(
      Object.keys(kongVariables(at))
        .filter((name) => name.endsWith('_SOCKET'))
        .map((name) => [name, join(folder, 'no-such.sock')]),
    );
    start('control', controlHost, {
      ...ofDatabase(),
      ...cluster,
      ...noSocket,
      KONG_ROLE: 'control_plane',
      ...NO_PROXY,
      KONG_CLUSTER_LISTEN: `${controlHost}:8005`,
    });
    start('data', dataHost, {
      ...cluster,
      KONG_DATABASE: 'off',
      KONG_ROLE: 'data_plane',
      KONG_ADMIN_LISTEN: 'off',
      KONG_ADMIN_GUI_LISTEN: 'off',
      KONG_CLUSTER_CONTROL_PLANE: `${controlHost}:8005`,
    });
    // The database still has the service of the test before.
    const { body } = await admin(controlHost, 'GET', '/services/calculator/plugins');
    const [{ id }] = body['data'] as [{ id: string }];
    // Changed, not deleted and added: each change reaches the data plane by itself, and without the plugin it is open.
    expect((await admin(controlHost, 'PATCH', `/plugins/${id}`, { config: guard(2) })).status).toBe(200);
    const url = `http://${dataHost}:${PORTS.proxy}/calculator/mcp`;
    const isGuarded = async (): Promise<boolean> =>
      (await post(url, call('admin_reset', {})).catch(() => ({ text: '' }))).text.includes('Unknown tool');
    await until(isGuarded, 'the data plane', 60_000);
    expect((await post(url, call('add', { a: 1, b: 2 }))).text).toContain('3');
    await stop('control');
    expect(await isGuarded()).toBe(true);
    expect((await post(url, call('add', { a: 2, b: 2 }))).text).toContain('4');
    await stop('data');
  }, 180_000);

  it('a control plane without the descriptions rejects the configuration of a plugin', async () => {
    const host = `${NET}.23`;
    const certificate = {
      KONG_CLUSTER_CERT: join(folder, 'cluster.crt'),
      KONG_CLUSTER_CERT_KEY: join(folder, 'cluster.key'),
    };
    // The database must not have a plugin that this Kong does not know: it would not start.
    start('cleaner', host, ofDatabase());
    const { body } = await admin(host, 'GET', '/plugins');
    for (const { id } of body['data'] as { id: string }[]) await admin(host, 'DELETE', `/plugins/${id}`);
    await stop('cleaner');
    start('bare', host, {
      ...ofDatabase(),
      ...certificate,
      KONG_ROLE: 'control_plane',
      ...NO_PROXY,
      KONG_CLUSTER_LISTEN: `${host}:8005`,
      KONG_PLUGINS: 'bundled',
      KONG_PLUGINSERVER_NAMES: '',
    });
    const added = await admin(host, 'POST', '/services/calculator/plugins', { name: 'mcp-guard', config: guard(2) });
    expect([added.status, JSON.stringify(added.body)]).toEqual([400, expect.stringContaining('not enabled')]);
    await stop('bare');
  }, 120_000);
});
