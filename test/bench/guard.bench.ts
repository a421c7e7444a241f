/**
 * What the guards cost on a real Kong: nothing, the validator, validator and limiter as two plugins, and both as mcp-guard.
 * All variants are routes of one Kong and are measured in turn, several rounds long. Needs `kong` and `wrk` on PATH.
 *
 * Kong, the plugin server, the backend and wrk share the machine, so only ratios are meaningful.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { pluginSettings } from '../../kong/plugin-server/kong-conf';
import { until } from '../../kong/testkit/until';
import { kong } from '../differential/kong-process';

const HOST = '127.0.0.4';
const PORT = 18_900;
const BACKEND_PORT = 18_910;
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 4);
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);
/** Set to leave the log phase out of the guards' descriptions: nothing learns here. */
const WITHOUT_LOG = process.env['BENCH_WITHOUT_LOG'] === '1';

const program = join(__dirname, '..', '..', 'dist', 'plugins', 'main.js');
const PLUGINS = ['mcp-guard', 'mcp-validator', 'mcp-tool-rate-limit'];
const limits = { rules: [{ windows: [{ limit: 1_000_000, window_seconds: 1 }] }] };
const VARIANTS: Readonly<Record<string, readonly object[]>> = {
  bare: [],
  validator: [{ name: 'mcp-validator' }],
  separate: [{ name: 'mcp-validator' }, { name: 'mcp-tool-rate-limit', config: limits }],
  guard: [{ name: 'mcp-guard', config: { 'mcp-validator': {}, 'mcp-tool-rate-limit': limits } }],
};

const BODY = JSON.stringify({
  jsonrpc: '2.0',
  id: 12_345,
  method: 'tools/call',
  params: { name: 'add', arguments: { a: 5, b: 3, note: 'x'.repeat(120) } },
});

function serveBackend(): void {
  const response = '{"jsonrpc":"2.0","id":12345,"result":{"content":[{"type":"text","text":"8"}]}}';
  createServer((incoming, outgoing) => {
    incoming.resume().on('end', () => {
      outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': response.length }).end(response);
    });
  }).listen(BACKEND_PORT, HOST);
}

interface Sample {
  readonly perSecond: number;
  readonly medianMs: number;
}

function measure(variant: string, connections: number, script: string): Sample {
  const url = `http://${HOST}:${PORT}/${variant}/mcp`;
  const args = ['-t1', `-c${connections}`, `-d${SECONDS}s`, '--latency', '-s', script, url];
  const text = execFileSync('wrk', args, { encoding: 'utf8' });
  if (/Non-2xx/.test(text)) throw new Error(`${variant}: ${text}`);
  const [, perSecond = '0'] = /Requests\/sec:\s+([\d.]+)/.exec(text) ?? [];
  const [, median = '0', unit] = /50%\s+([\d.]+)(us|ms|s)/.exec(text) ?? [];
  const factor = unit === 'us' ? 0.001 : unit === 's' ? 1000 : 1;
  return { perSecond: Number(perSecond), medianMs: Number(median) * factor };
}

function stopKong(settings: Readonly<Record<string, string>>): void {
  try {
    kong(['stop'], settings);
  } catch {
    // It did not start: its error is on its way.
  }
}

const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

async function main(): Promise<void> {
  for (const tool of ['kong', 'wrk']) {
    if (spawnSync('which', [tool]).status !== 0) {
      console.log(`skipped: there is no ${tool} on PATH`);
      return;
    }
  }
  const folder = mkdtempSync(join(tmpdir(), 'guard-bench-'));
  chmodSync(folder, 0o755);
  const socket = join(folder, 'plugins.sock');
  const children: ChildProcess[] = [];
  const script = join(folder, 'post.lua');
  writeFileSync(
    script,
    `wrk.method = "POST"\nwrk.body = [[${BODY}]]\nwrk.headers["Content-Type"] = "application/json"\n` +
      `wrk.headers["Accept"] = "application/json, text/event-stream"\n`,
  );
  execFileSync(process.execPath, [program, 'dump', '--all', '--out', folder]);
  for (const name of PLUGINS) {
    const file = join(folder, `${name}.json`);
    if (WITHOUT_LOG)
      writeFileSync(file, readFileSync(file, 'utf8').replace(/"Phases":\[[^\]]*\]/, '"Phases":["access"]'));
    chmodSync(file, 0o644);
  }
  const serve = ['serve', '--socket', socket, '--socket-mode', '0666', '--plugins', PLUGINS.join()];
  const listen = ['--allow-world-writable-directory', '--log-level', 'error'];
  children.push(spawn(process.execPath, [program, ...serve, ...listen], { stdio: 'inherit' }));
  const backend = join(__dirname, '..', 'support', 'run-typescript.mjs');
  children.push(spawn(process.execPath, [backend, __filename, 'backend'], { stdio: 'inherit' }));
  await until(() => existsSync(socket), 'the plugin server');
  const services = Object.entries(VARIANTS).map(([name, plugins]) => ({
    name,
    url: `http://${HOST}:${BACKEND_PORT}`,
    routes: [{ name, paths: [`/${name}`] }],
    plugins,
  }));
  const file = join(folder, 'kong.yml');
  writeFileSync(file, stringify({ _format_version: '3.0', services }, { aliasDuplicateObjects: false }));
  chmodSync(file, 0o644);
  mkdirSync(join(folder, 'kong'), { mode: 0o755 });
  const settings = {
    ...pluginSettings(PLUGINS, socket, folder),
    database: 'off',
    declarative_config: file,
    prefix: join(folder, 'kong'),
    proxy_listen: `${HOST}:${PORT}`,
    admin_listen: 'off',
    status_listen: 'off',
    admin_gui_listen: 'off',
    anonymous_reports: 'off',
    proxy_access_log: 'off',
    nginx_worker_processes: '2',
    upstream_keepalive_max_requests: '100000',
    upstream_keepalive_pool_size: '512',
  };
  try {
    kong(['start'], settings);
    for (const connections of [1, 16]) {
      const samples = new Map<string, Sample[]>(Object.keys(VARIANTS).map((name) => [name, []]));
      for (const name of samples.keys()) measure(name, connections, script);
      for (let round = 0; round < ROUNDS; round++) {
        for (const [name, list] of samples) list.push(measure(name, connections, script));
      }
      const bare = medianOf(samples.get('bare')?.map(({ perSecond }) => perSecond) ?? []);
      console.log(`\n${connections} connection${connections > 1 ? 's' : ''}:`);
      console.table(
        Object.fromEntries(
          [...samples].map(([name, list]) => {
            const perSecond = medianOf(list.map((sample) => sample.perSecond));
            return [
              name,
              {
                'requests/s': Math.round(perSecond),
                '% of bare': Math.round((perSecond / bare) * 1000) / 10,
                'p50 ms': medianOf(list.map(({ medianMs }) => medianMs)),
              },
            ];
          }),
        ),
      );
    }
  } finally {
    for (const child of children) child.kill();
    stopKong(settings);
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv.includes('backend')) serveBackend();
else void main();
