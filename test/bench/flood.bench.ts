/**
 * The memory of the plugin server while clients invent names: batches of 100 tools that no server has, from new addresses
 * all the time, together with a normal caller. Uses the configuration of kong.yml, in a process with 512 MiB, like its
 * container in compose.
 *
 * `FLOOD_SECONDS=600 npm run bench -- flood`; the default is 60 seconds. `FLOOD_STRETCH=60` multiplies windows and limits,
 * so that no counter is idle before the end and the memory for counters fills up. Prints a line every tenth of the time.
 * Exits with 1 if the process dies, or if a call of the normal caller is rejected or lost.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { parse } from 'yaml';
import type { LuaValue } from '../../kong/stand-in/lua/value';
import { until } from '../../kong/testkit/until';
import { freePorts } from '../support/free-ports';
import { configOf, KongWorker, type EventResult } from '../support/kong-worker';
import { createMemoryLimit } from '../support/memory-limit';

const SECONDS = Number(process.env['FLOOD_SECONDS'] ?? 60);
const STRETCH = Number(process.env['FLOOD_STRETCH'] ?? 1);
const LIMIT_BYTES = 512 * 2 ** 20;
const FLOODS = 6;
const BATCH = 100;
const BATCHES_PER_ADDRESS = 3;
const SINGLES = 30;
/** The rule of kong.yml admits 600 calls per minute. */
const GOOD_EVERY_MS = 150;
const GOOD_TOOLS = ['add', 'subtract', 'multiply', 'divide'];

const root = join(__dirname, '..', '..');
const program = join(root, 'dist', 'plugins', 'main.js');

type Config = Record<string, LuaValue>;
interface Window {
  limit: number;
  window_seconds: number;
}

/** What the benchmark changes of the guards' configuration. */
interface Guard {
  readonly 'mcp-tool-rate-limit': { readonly rules: readonly { readonly windows: readonly Window[] }[] };
}

/** The configurations of the plugins of the first service in kong.yml, by name. */
function configurations(): ReadonlyMap<string, Config> {
  const file = parse(readFileSync(join(root, 'kong', 'kong.yml'), 'utf8')) as {
    services: { plugins: { name: string; config?: Config }[] }[];
  };
  const configs = new Map(file.services[0]?.plugins.map(({ name, config = {} }) => [name, config]) ?? []);
  const guard = configs.get('mcp-guard') as unknown as Guard;
  const { rules } = guard['mcp-tool-rate-limit'];
  for (const window of rules.flatMap(({ windows }) => windows)) {
    window.limit *= STRETCH;
    window.window_seconds *= STRETCH;
  }
  return configs;
}

/** A client with its own connection; sends the events that Kong would send for an HTTP request. */
class Client {
  private readonly workers: ReadonlyMap<string, KongWorker>;
  private readonly configs = configurations();

  constructor(socket: string) {
    const names = ['mcp-guard', 'mcp-telemetry'];
    this.workers = new Map(names.map((name) => [name, new KongWorker(name, socket)]));
  }

  /** Sends a request; true if it passes. `answer`: the response of the server. */
  async send(messages: unknown, ip: string, answer?: unknown): Promise<boolean> {
    const body = JSON.stringify(messages);
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-03-26',
    };
    const { shared, exit } = await this.event('mcp-guard', 'access', { headers, body, shared: {}, ip });
    const response = exit?.body ?? JSON.stringify(answer ?? {});
    const capture = {
      request: Buffer.from(body).subarray(0, 32_768).toString('base64'),
      request_bytes: body.length,
      head: Buffer.from(response).subarray(0, 32_768).toString('base64'),
      tail: '',
      response_bytes: response.length,
      complete: true,
    };
    const entry = JSON.stringify({
      started_at: Date.now(),
      request: { method: 'POST', headers },
      response: { status: exit?.status ?? 200, headers: { 'content-type': 'application/json' } },
      service: { name: 'calc' },
      route: { name: 'calc' },
      latencies: { request: 5, proxy: 3, kong: 2 },
      ...(exit ? { source: 'kong' } : { tries: [{ ip: '127.0.0.1', port: 8100 }] }),
    });
    for (const plugin of ['mcp-guard', 'mcp-telemetry']) {
      await this.event(plugin, 'log', { entry, shared: { ...shared, capture }, ip });
    }
    return !exit;
  }

  private event(plugin: string, phase: string, facts: Parameters<KongWorker['event']>[1]): Promise<EventResult> {
    const worker = this.workers.get(plugin);
    if (!worker) throw new Error(`no worker of ${plugin}`);
    return worker.event(phase, facts, configOf(plugin, this.configs.get(plugin)));
  }
}

const call = (id: number, name: string): object => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: {} },
});

/** The results of the flood and of the normal caller. */
interface Seen {
  invented: number;
  rejected: number;
  good: number;
  lost: number;
  latenciesMs: number[];
}

let invented = 0;

/** A new address for each number, IPv4 or IPv6. */
function addressOf(number: number): string {
  const [high, low] = [number >> 16, number & 65_535];
  return number % 2
    ? `10.${high & 255}.${low >> 8}.${low & 255}`
    : `2001:db8:${high.toString(16)}:${low.toString(16)}::1`;
}

/** Sends batches, a few per address, and single calls, each from a new address. */
async function flood(client: Client, seen: Seen, isOver: () => boolean): Promise<void> {
  const send = async (names: readonly string[], ip: string): Promise<void> => {
    const messages = names.map((name, id) => call(id, name));
    const error = { code: -32602, message: 'Unknown tool' };
    const answers = names.map((_, id) => ({ jsonrpc: '2.0', id, error }));
    const passed = await client.send(names.length > 1 ? messages : messages[0], ip, answers);
    seen.invented += names.length;
    if (!passed) seen.rejected += 1;
  };
  while (!isOver()) {
    const number = invented++;
    const names = Array.from({ length: BATCH }, (_, i) => `tool-${number}-${i}-${'x'.repeat(number % 40)}`);
    await send(names, addressOf(Math.floor(number / BATCHES_PER_ADDRESS)));
    for (let i = 0; i < SINGLES && !isOver(); i++)
      await send([`tool-${number}-${i}`], addressOf(1e6 + number * SINGLES + i));
  }
}

async function useWell(client: Client, seen: Seen, isOver: () => boolean): Promise<void> {
  const ip = '192.0.2.1';
  const tools = GOOD_TOOLS.map((name) => ({ name, inputSchema: { type: 'object' } }));
  const list = { jsonrpc: '2.0', id: 0, method: 'tools/list' };
  await client.send(list, ip, { jsonrpc: '2.0', id: 0, result: { tools } });
  for (let id = 1; !isOver(); id++) {
    const startedAtMs = performance.now();
    const name = GOOD_TOOLS[id % GOOD_TOOLS.length] ?? '';
    const passed = await client.send(call(id, name), ip, { jsonrpc: '2.0', id, result: { content: [] } });
    seen.latenciesMs.push(performance.now() - startedAtMs);
    seen.good += 1;
    if (!passed) seen.lost += 1;
    await wait(GOOD_EVERY_MS);
  }
}

const rssOf = ({ pid }: ChildProcess): number => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
};

async function sampleOf(port: number, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? Number.NaN);
}

const quantile = (values: readonly number[], part: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? Number.NaN;

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'flood-'));
  const socket = join(folder, 'plugins.sock');
  const [port = 0] = await freePorts(1);
  const limit = createMemoryLimit(`flood-${process.pid}`, LIMIT_BYTES);
  // As in the image: the C library returns the memory of large buffers.
  const env = { ...process.env, MALLOC_MMAP_THRESHOLD_: '131072', LOG_LEVEL: 'error' };
  // The shell waits for a line of input, so that the limit applies to the process from the start.
  const command = ['-c', 'read go; exec "$@"', 'sh', process.execPath, program, 'serve', '--socket', socket];
  const child = spawn('sh', [...command, '--metrics', `127.0.0.1:${port}`], {
    env,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  if (limit && child.pid !== undefined) limit.apply(child.pid);
  child.stdin.write('go\n');
  console.log(
    `${SECONDS} s, ${FLOODS} clients at once, limit of 512 MiB by ${limit?.kind ?? 'nothing: control groups are not available here'}`,
  );
  const server = { hasDied: false };
  const exited = once(child, 'exit').then(() => (server.hasDied = true));
  await until(
    async () => (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.ok ?? false,
    'the plugin server',
    20_000,
  );

  const seen: Seen = { invented: 0, rejected: 0, good: 0, lost: 0, latenciesMs: [] };
  const startedAtMs = performance.now();
  const elapsed = (): number => (performance.now() - startedAtMs) / 1000;
  const isDead = (): boolean => server.hasDied;
  const isOver = (): boolean => isDead() || elapsed() > SECONDS;
  const work = [
    useWell(new Client(socket), seen, isOver),
    ...Array.from({ length: FLOODS }, () => flood(new Client(socket), seen, isOver)),
  ];
  const lines: object[] = [];
  while (!isOver()) {
    await Promise.race([wait((SECONDS * 1000) / 10), exited]);
    if (isDead()) break;
    const line = {
      seconds: Math.round(elapsed()),
      'rss MiB': Math.round(rssOf(child)),
      counters: await sampleOf(port, 'mcp_tool_rate_limit_keys'),
      'counters MiB': Math.round((await sampleOf(port, 'mcp_tool_rate_limit_keys_bytes')) / 2 ** 20),
      'calls invented': seen.invented,
      'requests rejected': seen.rejected,
      'good calls': seen.good,
      'good rejected': seen.lost,
      'good p50 ms': Number(quantile(seen.latenciesMs, 0.5).toFixed(1)),
      'good p99 ms': Number(quantile(seen.latenciesMs, 0.99).toFixed(1)),
    };
    seen.latenciesMs = [];
    lines.push(line);
    console.log(JSON.stringify(line));
  }
  if (!isDead()) await Promise.all(work);
  console.table(lines);
  const died = isDead();
  if (died) console.log(`the plugin server died after ${Math.round(elapsed())} s`);
  process.exitCode = died || seen.lost > 0 || seen.good === 0 ? 1 : 0;
  if (!died) {
    child.kill();
    await exited;
  }
  limit?.close();
  rmSync(folder, { recursive: true, force: true });
  process.exit();
}

void main();
