/**
 * How many events per second the plugin server handles over its socket, compared with the same events with one call to
 * Kong at a time, as in a server without pipelining.
 *
 * The plugin has four reads and one effect, like the validator. Kong's side is this process: a plain client that replies
 * with bytes encoded beforehand, so that only the server and the socket are measured. Prints a table; no thresholds,
 * since machines differ.
 *
 * `node test/support/run-typescript.mjs $PWD/test/bench/plugin-server.bench.ts`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definePlugin, Metrics, proceed, read } from '../../kong/pdk';
import { runEvent, type Ask } from '../../kong/plugin-server/event';
import { frame, FrameReader } from '../../kong/plugin-server/protocol/frames';
import type { PdkReply } from '../../kong/plugin-server/protocol/read-batch';
import { PluginServer } from '../../kong/plugin-server/server';
import { ServerMetrics } from '../../kong/plugin-server/server-metrics';
import { messageType } from '../../kong/stand-in/rpc/pluginsocket';
import { silentLog } from '../../kong/testkit/silent-log';
import { holdsNothing } from '../support/holds-nothing';
import { preparedConfiguration } from '../support/prepared-configuration';
import { headersOf } from './request-headers';

const RUN_MS = 2000;
const ROUNDS = 3;
const CONNECTIONS = [1, 16];
const BODY = Buffer.from(
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":5,"b":3}}}`,
);

const reads = { method: read.method(), headers: read.headers(), body: read.rawBody(), consumer: read.consumer() };
const outcome = proceed({
  share: { mcp: { revision: '2025-06-18', messages: [{ id: 1, method: 'tools/call', name: 'add' }] } },
});
const guard = definePlugin({
  name: 'guard',
  version: '1.0.0',
  priority: 1,
  onError: 'reject',
  fields: {},
  prepare: () => undefined,
  access: {
    reads,
    handle: (_, { headers, body }) => {
      if (body.kind !== 'bytes' || !headers.has('content-type')) throw new Error('unexpected facts');
      return outcome;
    },
  },
});

/** The empty frame, and the response to call 1. */
const END_BYTES = 10;

const encode = (type: string, message: object): Buffer => messageType(type).encode(message).finish() as Buffer;
const bytes = (text: string): Buffer => Buffer.from(text);
const headers = headersOf(BODY);
/** Kong's replies, in the order of the reads, then the one to the effect. */
const replies = [
  encode('String', { v: bytes('POST') }),
  encode('Struct', {
    fields: Object.entries(headers).map(([key, value]) => ({ key: bytes(key), value: { string_value: bytes(value) } })),
  }),
  encode('RawBodyResult', { content: BODY }),
  encode('Consumer', { id: bytes('b0e8'), username: bytes('ann'), tags: [bytes('gold')] }),
  Buffer.alloc(0),
].map(frame);

/** The pairs of frames in a write of several calls: the name and the argument of each call. */
function callsOf(batch: Buffer): Buffer[] {
  const reader = new FrameReader(batch.length);
  reader.push(batch);
  const payloads: Buffer[] = [];
  for (let next = reader.next(); next instanceof Buffer; next = reader.next()) payloads.push(next);
  return payloads.flatMap((name, i) => {
    const argument = payloads[i + 1];
    return i % 2 === 0 && argument ? [Buffer.concat([frame(name), frame(argument)])] : [];
  });
}

/** A server that runs events as the real one does, but waits for the reply to each call before it makes the next. */
async function serveOneAtATime(path: string): Promise<void> {
  const record = { log: silentLog, metrics: new ServerMetrics(new Metrics(), holdsNothing), logsDecisions: false };
  const instance = { id: 1, configuration: preparedConfiguration(guard) };
  const server = createServer((socket) => {
    const reader = new FrameReader(1 << 24);
    let waiting: ((reply: PdkReply) => void) | undefined;
    const ask = (question: Buffer): Promise<PdkReply> => {
      socket.write(question);
      return new Promise((resolve) => (waiting = resolve));
    };
    const askEach = async (calls: Buffer): Promise<PdkReply[]> => {
      const all: PdkReply[] = [];
      for (const question of callsOf(calls)) all.push(await ask(question));
      return all;
    };
    const askBatch: Ask = async (batch) => batch.repliesFrom(await askEach(batch.bytes));
    const run = async (): Promise<void> => {
      const answer = await runEvent({ instance, phase: 'access', sequence: 1 }, askBatch, record);
      const end = answer.bytes.subarray(answer.bytes.length - END_BYTES);
      await askEach(answer.bytes.subarray(0, -END_BYTES));
      socket.write(end);
    };
    socket.on('data', (chunk: Buffer) => {
      reader.push(chunk);
      for (let payload = reader.next(); payload; payload = reader.next()) {
        const resolve = waiting;
        waiting = undefined;
        if (resolve) resolve(payload);
        else void run();
      }
    });
  });
  server.listen(path);
  await once(server, 'listening');
  process.send?.('ready');
}

async function servePipelined(path: string): Promise<void> {
  const server = new PluginServer({
    plugins: [guard],
    socket: path,
    socketAccess: { mode: 0o600 },
    frameTimeoutMs: 10_000,
    maxFrameBytes: 1 << 24,
    maxHeldBytes: 1 << 26,
    maxConnections: 1000,
    stopTimeoutMs: 1000,
    metrics: new Metrics(),
    log: silentLog,
  });
  await server.listen();
  process.send?.('ready');
}

/** Sends events over one connection, one after the other, until the time is over; returns their number. */
function drive(path: string, instanceId: number, untilMs: number): Promise<number> {
  const call = frame(
    encode('RpcCall', { sequence: 1, cmd_handle_event: { instance_id: instanceId, event_name: bytes('access') } }),
  );
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const reader = new FrameReader(1 << 24);
    let events = 0;
    let calls = 0;
    let isArgument = false;
    let isEnd = false;
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      reader.push(chunk);
      const answers: Buffer[] = [];
      for (let payload = reader.next(); payload; payload = reader.next()) {
        if (isEnd) {
          events += 1;
          calls = 0;
          isEnd = false;
          if (performance.now() > untilMs) {
            socket.destroy();
            resolve(events);
            return;
          }
          answers.push(call);
        } else if (isArgument) {
          answers.push(replies[calls++]!);
          isArgument = false;
        } else if (payload instanceof Buffer && payload.length === 0) isEnd = true;
        else isArgument = true;
      }
      // Kong writes the length and the payload of each reply separately; one write here favours neither server.
      if (answers.length > 0) socket.write(Buffer.concat(answers));
    });
    socket.write(call);
  });
}

async function startInstance(path: string): Promise<number> {
  const socket = connect(path);
  socket.write(
    frame(encode('RpcCall', { sequence: 1, cmd_start_instance: { name: bytes('guard'), config: bytes('{}') } })),
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  const { instance_status } = messageType('RpcReturn').decode(answer.subarray(4)) as unknown as {
    instance_status: { instance_id: number };
  };
  return instance_status.instance_id;
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'plugin-server-bench-'));
  const servers = await Promise.all(
    ['pipelined', 'one at a time'].map(async (kind) => {
      const path = join(folder, `${kind[0]!}.sock`);
      const child = fork(join(__dirname, '..', 'support', 'run-typescript.mjs'), [__filename], {
        env: { ...process.env, BENCH_SERVER: kind, BENCH_SOCKET: path },
      });
      await new Promise((resolve) => child.once('message', resolve));
      return { kind, path, child, id: kind === 'pipelined' ? await startInstance(path) : 1 };
    }),
  );
  const rows: object[] = [];
  // Alternate, so that other load on the machine affects both.
  for (let round = 1; round <= ROUNDS; round++) {
    for (const connections of CONNECTIONS) {
      for (const { kind, path, id } of servers) {
        const startedAtMs = performance.now();
        const counts = await Promise.all(
          Array.from({ length: connections }, () => drive(path, id, startedAtMs + RUN_MS)),
        );
        const seconds = (performance.now() - startedAtMs) / 1000;
        const events = counts.reduce((sum, count) => sum + count, 0);
        rows.push({
          round,
          connections,
          server: kind,
          'events/s': Math.round(events / seconds),
          'us/event': Math.round((connections * seconds * 1e6) / events),
        });
      }
    }
  }
  console.table(rows);
  for (const { child } of servers) child.kill();
  rmSync(folder, { recursive: true });
}

const { BENCH_SERVER, BENCH_SOCKET = '' } = process.env;
void (BENCH_SERVER === undefined
  ? measure()
  : BENCH_SERVER === 'pipelined'
    ? servePipelined(BENCH_SOCKET)
    : serveOneAtATime(BENCH_SOCKET));
