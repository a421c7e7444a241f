import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { answerQuery } from '../../kong/plugin-server/describe';
import { until } from '../../kong/testkit/until';
import { plugins } from '../../plugins';
import { mcpGuard } from '../../plugins/mcp-guard';
import { configOf, KongWorker } from '../support/kong-worker';

/** The compiled program, built by `npm run build`. */
const PROGRAM = resolve('dist/plugins/main.js');
const SLOW = [resolve('test/support/run-typescript.mjs'), resolve('test/support/plugin-server-program.ts')];

const folder = mkdtempSync(join(tmpdir(), 'plugin-server-process-'));
const children: ChildProcess[] = [];

beforeAll(() => {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: run "npm run build" first`);
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

interface Run {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
}

function run(args: readonly string[], options: SpawnOptions = {}): Run {
  const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  return { child, output, ended: once(child, 'close').then(([code]) => code as number | null) };
}

const program = (...args: string[]): Run => run([PROGRAM, ...args]);

/** The log line of a server with this message. */
const logged = ({ output }: Run, message: string): Record<string, unknown> | undefined =>
  output.stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .find((line) => line['message'] === message);

async function serving(name: string, given: readonly string[] = [], argv: readonly string[] = SLOW) {
  const home = mkdtempSync(join(folder, `${name}-`));
  const socket = join(home, 'plugins.sock');
  const started = run([...argv, 'serve', '--socket', socket, ...given]);
  await until(() => logged(started, 'ready') !== undefined || started.child.exitCode !== null, 'the server');
  if (started.child.exitCode !== null) throw new Error(started.output.stderr);
  return { ...started, home, socket };
}

const access = (socket: string, config: Record<string, string | number>) =>
  new KongWorker('slow', socket).event('access', {}, configOf('slow', config));

describe('the command line', () => {
  const out = join(folder, 'descriptions');
  const described = join(folder, 'described');
  const withAccess = join(folder, 'with-access.yml');
  const forFile = ['dump', '--for', withAccess, 'mcp-telemetry'];
  const checkDescribed = ['check', withAccess, '--descriptions', described];
  const rejected: [string[], string][] = [
    [['dump', 'nobody'], `unknown plugin "nobody"; available: ${plugins.map(({ name }) => name).join(', ')}`],
    [['dump', 'mcp-validator', '--out', 'x'], 'error: name one plugin, or use --all --out <dir>'],
    [['dump', '--for', '/no/such/kong.yml', 'mcp-guard'], 'cannot read /no/such/kong.yml: ENOENT'],
    [['dump', '--phases', 'mcp-guard=log', 'mcp-guard'], 'mcp-guard cannot work without the phase access'],
    [['check', '/no/such/kong.yml'], 'error: cannot read /no/such/kong.yml: ENOENT'],
    [['serve'], "required option '--socket <path>' not specified"],
    [['serve', '--socket', 'x', '--plugins', 'a'], 'unknown plugin "a"; available: '],
    [['serve', '--socket', 'x', '--metrics', '9464'], 'expected HOST:PORT, such as 127.0.0.1:9464'],
    [['serve', '--socket', 'x', '--kong-status', 'http://a'], '--kong-status and --health-upstreams need each other'],
    [['serve', '--socket', 'x', '--log-level', 'loud'], 'Allowed choices are debug, info, warn, error, silent'],
    [['serve', '--socket', `/tmp/${'x'.repeat(120)}`], 'is too long for a unix socket'],
    [['serve', '--socket', '/no/such/folder/x.sock'], 'cannot listen on /no/such/folder/x.sock'],
    [['serve', '--socket', 'x', '--socket-group', 'no-such-group'], 'no such group in /etc/group'],
    [['serve', '--socket', '/tmp/x.sock'], '/tmp is writable by every local user, who could replace the socket'],
    [['rise'], "unknown command 'rise'"],
  ];
  const runs = new Map<string, Promise<Run['output'] & { code: number | null }>>();
  const outputOf = (args: readonly string[]) => runs.get(args.join())!;

  const commands = [['serve'], ['dump'], ['check'], ['config', 'build'], ['doctor'], ['stock']];
  const helps = [[], ...commands].map((command) => [...command, '--help']);

  // All in parallel: most of the time is the start of a process.
  beforeAll(async () => {
    writeFileSync(join(folder, 'wrong.yml'), 'plugins: [{ name: mcp-validator, config: { mode: x } }]\n');
    writeFileSync(withAccess, 'plugins: [{ name: mcp-telemetry, config: { propagate: true } }]\n');
    mkdirSync(described);
    for (const plugin of plugins) {
      writeFileSync(join(described, `${plugin.name}.json`), JSON.stringify(answerQuery(plugin)));
    }
    const all = [
      ['dump', 'mcp-guard'],
      ['dump', '--all', '--out', out],
      ...rejected.map(([args]) => args),
      ...helps,
      forFile,
      checkDescribed,
      ['check', join(folder, 'wrong.yml')],
      ['check', 'kong/kong.yml'],
    ];
    for (const args of all) {
      const { ended, output } = program(...args);
      runs.set(
        args.join(),
        ended.then((code) => ({ code, ...output })),
      );
    }
    await Promise.all(runs.values());
  }, 60_000);

  it('prints only the description of a plugin with dump', async () => {
    const stdout = `${JSON.stringify(answerQuery(mcpGuard))}\n`;
    expect(await outputOf(['dump', 'mcp-guard'])).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('writes a file for each plugin with dump --all', async () => {
    expect(await outputOf(['dump', '--all', '--out', out])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readdirSync(out).sort()).toEqual(plugins.map(({ name }) => `${name}.json`).sort());
    for (const plugin of plugins) {
      expect(JSON.parse(readFileSync(join(out, `${plugin.name}.json`), 'utf8'))).toEqual(answerQuery(plugin));
    }
  });

  it('describes the phases that a file needs, and reports what descriptions without them leave out', async () => {
    const { code, stdout } = await outputOf(forFile);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { Plugins: [{ Phases: ['access', 'log'] }] }]);
    const check = await outputOf(checkDescribed);
    expect(check).toMatchObject({ code: 1, stderr: '' });
    expect(check.stdout).toContain('config.propagate: has no effect');
  });

  it.each(helps.map((args) => [args]))('%j prints one screen', async (args) => {
    const { code, stdout, stderr } = await outputOf(args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').length).toBeLessThan(45);
    expect(stdout).toMatchSnapshot();
  });

  it('prints the problems of an invalid file with check, and accepts the reference file', async () => {
    const wrong = await outputOf(['check', join(folder, 'wrong.yml')]);
    expect([wrong.code, wrong.stderr]).toEqual([1, '']);
    expect(wrong.stdout).toContain('wrong.yml:1: error: plugin mcp-validator, config.mode: "x" is not one of');
    const reference = await outputOf(['check', 'kong/kong.yml']);
    expect([reference.code, reference.stderr]).toEqual([0, '']);
  });

  it.each(rejected)('%j fails with one sentence, without a stack', async (args, message) => {
    const { code, stdout, stderr } = await outputOf(args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at |\\n\s+at /m);
  });
});

describe('the socket', () => {
  it('is closed to other users by default, and belongs to the configured group', async () => {
    const group = process.getgid?.() ?? 0;
    const { child, ended, socket } = await serving('group', ['--socket-group', String(group)]);
    expect([statSync(socket).mode & 0o777, statSync(socket).gid]).toEqual([0o660, group]);
    child.kill();
    expect(await ended).toBe(0);
  });

  it('has the configured mode', async () => {
    const { child, ended, socket } = await serving('mode', ['--socket-mode', '0620']);
    expect(statSync(socket).mode & 0o777).toBe(0o620);
    child.kill();
    expect([await ended, existsSync(socket)]).toEqual([0, false]);
  });

  it('is replaced if its server was killed, and kept if its server runs', async () => {
    const first = await serving('takeover');
    const second = run([...SLOW, 'serve', '--socket', first.socket]);
    expect(await second.ended).toBe(1);
    expect(second.output.stderr).toContain(
      `another server is listening on ${first.socket}: stop it first, or choose another --socket`,
    );
    expect((await access(first.socket, { folder: first.home })).exit).toBeUndefined();

    first.child.kill('SIGKILL');
    await first.ended;
    expect(existsSync(first.socket)).toBe(true);
    const third = run([...SLOW, 'serve', '--socket', first.socket]);
    await until(() => logged(third, 'ready') !== undefined, 'the successor');
    expect((await access(first.socket, { folder: first.home })).effects).toEqual([
      ['kong.response.set_headers', { 'X-Slow': 'done' }],
    ]);
    third.child.kill();
    await third.ended;
  });

  it('never replaces another file', async () => {
    const path = join(folder, 'precious');
    writeFileSync(path, 'kept');
    const { output, ended } = run([...SLOW, 'serve', '--socket', path]);
    expect(await ended).toBe(1);
    expect(output.stderr).toContain(`${path} exists and is not a socket: choose another --socket`);
    expect(readFileSync(path, 'utf8')).toBe('kept');
  });
});

describe('a stop', () => {
  it('finishes the requests in flight, flushes, removes the socket and is not ready meanwhile', async () => {
    const { child, ended, home, socket, ...rest } = await serving('stop', ['--metrics', '127.0.0.1:0']);
    const url = String(logged({ child, ended, ...rest }, 'ready')?.['metrics']);
    expect([(await fetch(`${url}/readyz`)).status, (await fetch(`${url}/healthz`)).status]).toEqual([200, 200]);
    const request = access(socket, { folder: home, wait_ms: 500 });
    await until(() => existsSync(join(home, 'started')), 'the request');
    child.kill('SIGTERM');
    await until(() => !existsSync(socket), 'the socket to go');
    expect([(await fetch(`${url}/readyz`)).status, (await fetch(`${url}/healthz`)).status]).toEqual([503, 200]);
    expect((await request).effects).toEqual([['kong.response.set_headers', { 'X-Slow': 'done' }]]);
    expect(await ended).toBe(0);
    expect(existsSync(join(home, 'flushed'))).toBe(true);
  });

  it.each([
    ['a request', { wait_ms: 60_000 }, true],
    ['a disposal', { flush_ms: 60_000 }, false],
  ])('is bounded in time, even if %s never finishes', async (_, config, isFlushed) => {
    const started = await serving('bound', ['--stop-timeout', '400']);
    const request = access(started.socket, { folder: started.home, ...config }).catch(() => undefined);
    await until(() => existsSync(join(started.home, 'started')), 'the request');
    const stoppedAt = Date.now();
    started.child.kill('SIGTERM');
    expect(await started.ended).toBe(0);
    expect(Date.now() - stoppedAt).toBeLessThan(30_000);
    await request;
    expect(logged(started, 'stopped before all calls and exports finished')).toBeDefined();
    // A request that hangs leaves time to flush the rest.
    expect(existsSync(join(started.home, 'flushed'))).toBe(isFlushed);
  });

  it('is immediate on a second signal', async () => {
    const { child, ended, home, socket, output } = await serving('twice', ['--stop-timeout', '60000']);
    const request = access(socket, { folder: home, wait_ms: 60_000 }).catch(() => undefined);
    await until(() => existsSync(join(home, 'started')), 'the request');
    child.kill('SIGINT');
    await until(() => logged({ child, ended, output }, 'stopping') !== undefined, 'the stop');
    child.kill('SIGINT');
    await ended;
    expect(child.signalCode).toBe('SIGINT');
    await request;
  });
});

describe('the monitor', () => {
  it('serves health and metrics, and nothing else', async () => {
    const started = await serving('monitor', ['--metrics', '127.0.0.1:0', '--plugins', 'mcp-validator'], [PROGRAM]);
    const url = String(logged(started, 'ready')?.['metrics']);
    const answers = await Promise.all(
      [
        ['GET', '/metrics'],
        ['HEAD', '/metrics'],
        ['GET', '/readyz?x=1'],
        ['GET', '/'],
        ['POST', '/healthz'],
      ].map(async ([method, path]) => {
        const answer = await fetch(url + path!, { method: method! });
        return [answer.status, answer.headers.get('content-type')?.split(';')[0], await answer.text()] as const;
      }),
    );
    expect(answers.map(([status, type]) => [status, type])).toEqual(
      [200, 200, 200, 404, 405].map((status) => [status, 'text/plain']),
    );
    const [[, , metrics], [, , head]] = answers as unknown as [[number, string, string], [number, string, string]];
    expect(head).toBe('');
    for (const name of [
      'plugin_server_connections 0',
      'plugin_server_instances 0',
      'plugin_server_configurations 0',
      'process_resident_memory_bytes',
      'plugin_server_events_total',
    ]) {
      expect(metrics).toContain(name);
    }
    expect(logged(started, 'ready')).toMatchObject({ plugins: ['mcp-validator'] });
    started.child.kill();
    await started.ended;
  });

  it('reports a port that is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const path = join(folder, 'never.sock');
    const { output, ended } = program('serve', '--socket', path, '--metrics', `127.0.0.1:${port}`);
    expect(await ended).toBe(1);
    expect(output.stderr).toMatch(/EADDRINUSE.*127\.0\.0\.1/);
    expect(output.stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(path)).toBe(false);
    other.close();
  });
});
