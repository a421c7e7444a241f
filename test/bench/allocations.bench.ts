/**
 * What one event of a guard costs the plugin server: bytes allocated on V8's heap, and CPU time without the kernel's.
 *
 * The server is a process of its own with the suite's plugins. Kong's side is this process, which replies with bytes
 * encoded beforehand. The bytes hardly depend on the machine; the times do. Prints a table, with the bytes of an earlier
 * version for comparison; no thresholds.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PerformanceObserver } from 'node:perf_hooks';
import { Metrics } from '../../kong/pdk';
import { frame, FrameReader } from '../../kong/plugin-server/protocol/frames';
import { PluginServer } from '../../kong/plugin-server/server';
import { messageType } from '../../kong/stand-in/rpc/pluginsocket';
import { silentLog } from '../../kong/testkit/silent-log';
import { plugins } from '../../plugins';
import { headersOf } from './request-headers';

const WARM_UP_EVENTS = 5000;
const EVENTS = 400;
const ROUNDS = 15;
/** The young generation, in MiB: the events of a round fit in, so that no collection falls into a round. */
const SEMI_SPACE_MIB = 128;

const limits = { rules: [{ windows: [{ limit: 1_000_000, window_seconds: 1 }] }] };
/** The plugins to measure, each with the bytes that one of its events allocated in an earlier version (Node.js 20). */
const VARIANTS = [
  { plugin: 'mcp-validator', config: {}, earlierBytes: 26_400 },
  { plugin: 'mcp-tool-rate-limit', config: limits, earlierBytes: 25_500 },
  { plugin: 'mcp-guard', config: { 'mcp-validator': {}, 'mcp-tool-rate-limit': limits }, earlierBytes: 36_900 },
] as const;

const BODY = JSON.stringify({
  jsonrpc: '2.0',
  id: 12_345,
  method: 'tools/call',
  params: { name: 'add', arguments: { a: 5, b: 3, note: 'x'.repeat(120) } },
});
const headers = headersOf(BODY);

const bytes = (text: string): Buffer => Buffer.from(text);
const encode = (type: string, message: object): Buffer => frame(messageType(type).encode(message).finish());
const structOf = (record: Readonly<Record<string, string>>): object => ({
  fields: Object.entries(record).map(([key, value]) => ({ key: bytes(key), value: { string_value: bytes(value) } })),
});
const summary = structOf({ revision: '2025-06-18' }) as { fields: object[] };
summary.fields.push({
  key: bytes('messages'),
  value: {
    list_value: {
      values: [{ struct_value: structOf({ kind: 'request', id: '12345', method: 'tools/call', name: 'add' }) }],
    },
  },
});

/** Kong's replies by the operation; an effect has an empty one. */
const REPLIES: Readonly<Record<string, Buffer>> = {
  'kong.client.get_forwarded_ip': encode('String', { v: bytes('192.0.2.1') }),
  'kong.ctx.shared.get': encode('Value', { struct_value: summary }),
  'kong.nginx.get_var': encode('String', { v: bytes('/mcp') }),
  'kong.request.get_headers': encode('Struct', structOf(headers)),
  'kong.request.get_method': encode('String', { v: bytes('POST') }),
  'kong.request.get_raw_body': encode('RawBodyResult', { content: bytes(BODY) }),
  'kong.router.get_service': encode('Service', { id: bytes('s'), name: bytes('calculator') }),
};
const EMPTY = frame(new Uint8Array());

/** Kong's end of one connection. */
class KongSide {
  private readonly frames = new FrameReader(1 << 20);
  private name: string | undefined;
  private isEnded = false;
  private finish: (answer: Buffer) => void = () => undefined;

  constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.frames.push(chunk);
      const replies: Buffer[] = [];
      for (let next = this.frames.next(); next instanceof Buffer; next = this.frames.next()) this.take(next, replies);
      if (replies.length > 0) socket.write(Buffer.concat(replies));
    });
  }

  startInstance(name: string, config: object): Promise<Buffer> {
    this.isEnded = true;
    return this.call({ cmd_start_instance: { name: bytes(name), config: bytes(JSON.stringify(config)) } });
  }

  runAccess(instanceId: number): Promise<Buffer> {
    this.isEnded = false;
    return this.call({ cmd_handle_event: { instance_id: instanceId, event_name: bytes('access') } });
  }

  private call(command: object): Promise<Buffer> {
    return new Promise((resolve) => {
      this.finish = resolve;
      this.socket.write(encode('RpcCall', { sequence: 1, ...command }));
    });
  }

  private take(payload: Buffer, replies: Buffer[]): void {
    if (this.isEnded) this.finish(payload);
    else if (this.name !== undefined) {
      if (this.name === 'kong.response.exit') throw new Error('the request was rejected');
      replies.push(REPLIES[this.name] ?? EMPTY);
      this.name = undefined;
    } else if (payload.length === 0) this.isEnded = true;
    else this.name = String(payload);
  }
}

/** What the server process used since it started. */
interface Usage {
  readonly heapBytes: number;
  readonly userUs: number;
  readonly collections: number;
}

async function usageOf(server: ChildProcess, request: 'collect' | 'read'): Promise<Usage> {
  server.send(request);
  const [usage] = (await once(server, 'message')) as [Usage];
  return usage;
}

async function serve(socket: string): Promise<void> {
  const server = new PluginServer({
    plugins,
    socket,
    socketAccess: { mode: 0o600 },
    frameTimeoutMs: 10_000,
    maxFrameBytes: 1 << 24,
    maxHeldBytes: 1 << 26,
    maxConnections: 100,
    stopTimeoutMs: 1000,
    metrics: new Metrics(),
    log: silentLog,
  });
  await server.listen();
  let collections = 0;
  const observer = new PerformanceObserver((list) => (collections += list.getEntries().length));
  observer.observe({ entryTypes: ['gc'] });
  process.on('message', (request) => {
    if (request === 'collect') globalThis.gc?.();
    // The observer is told later about a collection.
    setTimeout(() => {
      const { heapUsed: heapBytes } = process.memoryUsage();
      process.send?.({ heapBytes, userUs: process.cpuUsage().user, collections } satisfies Usage);
    }, 10);
  });
  process.send?.('ready');
}

const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'allocations-bench-'));
  const path = join(folder, 'plugins.sock');
  const server = fork(join(__dirname, '..', 'support', 'run-typescript.mjs'), [__filename], {
    env: { ...process.env, BENCH_SOCKET: path },
    execArgv: ['--expose-gc', `--min-semi-space-size=${SEMI_SPACE_MIB}`, `--max-semi-space-size=${SEMI_SPACE_MIB}`],
  });
  await once(server, 'message');
  const socket = connect(path);
  const kong = new KongSide(socket);
  const runs = [];
  for (const { plugin, config, earlierBytes } of VARIANTS) {
    const answer = await kong.startInstance(plugin, { ...config, service_id: 's' });
    const started = messageType('RpcReturn').decode(answer) as unknown as { instance_status: { instance_id: number } };
    const id = started.instance_status.instance_id;
    runs.push({ plugin, earlierBytes, id, heap: [] as number[], user: [] as number[] });
    for (let event = 0; event < WARM_UP_EVENTS; event++) await kong.runAccess(id);
  }
  // Alternate, so that other load on the machine affects all.
  for (let round = 0; round < ROUNDS; round++) {
    for (const { id, heap, user } of runs) {
      const before = await usageOf(server, 'collect');
      for (let event = 0; event < EVENTS; event++) await kong.runAccess(id);
      const after = await usageOf(server, 'read');
      user.push((after.userUs - before.userUs) / EVENTS);
      if (after.collections === before.collections) heap.push((after.heapBytes - before.heapBytes) / EVENTS);
    }
  }
  console.table(
    Object.fromEntries(
      runs.map(({ plugin, earlierBytes, heap, user }) => [
        plugin,
        {
          'heap bytes/event': Math.round(medianOf(heap)),
          'earlier version': earlierBytes,
          'user us/event, median': Math.round(medianOf(user)),
          'user us/event, least': Math.round(Math.min(...user)),
        },
      ]),
    ),
  );
  socket.destroy();
  server.kill();
  rmSync(folder, { recursive: true });
}

const { BENCH_SOCKET } = process.env;
void (BENCH_SOCKET === undefined ? measure() : serve(BENCH_SOCKET));
