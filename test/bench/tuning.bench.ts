/**
 * What the settings of kong/profiles/tuning-*.conf change: one Kong for each, with the same kong.yml (profile `load`), one plugin
 * server and one MCP server. The load is wrk, interleaved. Needs `kong` and `wrk`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { untilAnswers } from '../../kong/start/answers';
import {
  configOf,
  hostsFile,
  kongVariables,
  logOf,
  pidFileOf,
  PORTS,
  urlOf,
  type Layout,
} from '../../kong/start/layout';
import type { Part } from '../../kong/start/part';
import { startPluginServer } from '../../kong/start/plugin-server';
import { Program } from '../../kong/start/program';
import { until } from '../../kong/testkit/until';
import { plugins } from '../../plugins';
import { buildProfile } from '../support/profile-gateway';
import { load, writeScript, type Load } from './gateway/load';

const ROOT = resolve(__dirname, '../..');
const PROFILES = ['low', 'medium', 'high'] as const;
const CONNECTIONS = [16, 64, 256];
const ROUNDS = 3;
const SECONDS = 2;
/** Of Linux: the unit of the times in /proc. */
const TICKS_PER_SECOND = 100;
const CALL = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'add', arguments: { a: 1, b: 2 } },
});

const byte = () => 1 + Math.floor(Math.random() * 254);
const net = `127.${byte()}.${byte()}`;
const folder = mkdtempSync(join(tmpdir(), 'tuning-'));
chmodSync(folder, 0o755);
const layoutOf = (host: string): Layout => ({
  root: ROOT,
  folder,
  logs: folder,
  host,
  plugins: plugins.map(({ name }) => name),
});

interface Node {
  readonly name: string;
  readonly layout: Layout;
  readonly prefix: string;
  readonly workers: readonly number[];
}

/** Seconds of CPU and bytes of memory of some processes. */
function usageOf(pids: readonly number[]): { cpu: number; bytes: number } {
  let [cpu, bytes] = [0, 0];
  for (const pid of pids) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    cpu += (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    const rss = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    bytes += Number(rss?.[1] ?? 0) * 1024;
  }
  return { cpu, bytes };
}

async function startKong(name: string, layout: Layout): Promise<Node> {
  const prefix = join(folder, name);
  mkdirSync(prefix, { mode: 0o755 });
  const conf = join(folder, `${name}.conf`);
  const fragment = readFileSync(join(ROOT, `kong/profiles/tuning-${name}.conf`), 'utf8');
  writeFileSync(conf, readFileSync(join(ROOT, 'kong/kong.conf'), 'utf8') + fragment);
  const env: NodeJS.ProcessEnv = { ...process.env, ...kongVariables(layout), KONG_PREFIX: prefix };
  env['KONG_PROXY_ACCESS_LOG'] = 'off';
  // The fragment decides.
  delete env['KONG_NGINX_WORKER_PROCESSES'];
  execFileSync('kong', ['start', '-c', conf], { env, stdio: 'pipe' });
  const answer = await until(
    async () => (await fetch(`${urlOf(layout, 'admin')}/`).catch(() => undefined)) ?? undefined,
    'Kong',
    30_000,
  );
  const { pids } = (await answer.json()) as { pids: { workers: number[] } };
  return { name, layout, prefix, workers: pids.workers };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function main(): Promise<void> {
  const parts: Part[] = [];
  const nodes: Node[] = [];
  try {
    const first = layoutOf(`${net}.1`);
    writeFileSync(configOf(first), buildProfile(['load']));
    const program = join(ROOT, 'dist/plugins/main.js');
    execFileSync(process.execPath, [program, 'dump', '--all', '--out', folder, '--for', configOf(first)]);
    writeFileSync(join(folder, 'hosts'), hostsFile(first));
    await startPluginServer(first, (part) => parts.push(part), pidFileOf(first, 'plugin-server'));
    const calculator = new Program({
      name: 'py-calculator',
      command: process.execPath,
      args: [join(ROOT, 'dist/docker/upstreams/calculator/main.js')],
      env: { HOST: first.host, PORT: String(PORTS['py-calculator']), NAME: 'py-calculator' },
      logFile: logOf(first, 'py-calculator'),
    });
    parts.push(calculator);
    await untilAnswers(`${urlOf(first, 'py-calculator')}/health`, calculator);
    for (const [index, name] of PROFILES.entries()) nodes.push(await startKong(name, layoutOf(`${net}.${index + 1}`)));
    const script = join(folder, 'call.lua');
    writeScript(script, CALL);
    console.log(
      '| Profile | Workers | Connections | Calls per second | p50 ms | p99 ms | CPU of Kong per call, us | Memory of the workers, MiB |',
    );
    console.log('| --- | --: | --: | --: | --: | --: | --: | --: |');
    for (const connections of CONNECTIONS) {
      const measured = nodes.map((node) => ({ node, runs: [] as (Load & { cpu: number; bytes: number })[] }));
      const failures = new Map<Node, string>();
      // The first round warms up.
      for (let round = 0; round <= ROUNDS; round += 1) {
        for (const { node, runs } of measured) {
          const before = usageOf(node.workers).cpu;
          const url = `${urlOf(node.layout, 'proxy')}/py-calculator/mcp`;
          // Too many connections for the settings: that is a result.
          const result = await load(url, script, connections, round === 0 ? 1 : SECONDS).catch((error: unknown) => {
            failures.set(node, String(error).replace(/^.*failed: /, ''));
            return undefined;
          });
          const { cpu, bytes } = usageOf(node.workers);
          if (result && round > 0) runs.push({ ...result, cpu: ((cpu - before) * 1e6) / result.requests, bytes });
        }
      }
      for (const { node, runs } of measured) {
        if (runs.length < ROUNDS) {
          console.log(
            `| ${node.name} | ${node.workers.length} | ${connections} | ${failures.get(node) ?? ''} | | | | |`,
          );
          continue;
        }
        const of = (key: keyof (typeof runs)[number]) => median(runs.map((one) => one[key]));
        const cells = [
          node.name,
          node.workers.length,
          connections,
          Math.round(of('perSecond')),
          of('p50Ms').toFixed(1),
          of('p99Ms').toFixed(1),
          Math.round(of('cpu')),
          Math.round(of('bytes') / 1024 / 1024),
        ];
        console.log(`| ${cells.join(' | ')} |`);
      }
    }
  } finally {
    for (const { prefix } of nodes) spawnSync('kong', ['stop', '-p', prefix], { stdio: 'ignore' });
    for (const part of parts) await part.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
