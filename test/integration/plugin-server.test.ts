import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { messageType } from '../../kong/local/rpc/pluginsocket';
import { definePlugin, field, Metrics, proceed, read, reject } from '../../kong/pdk';
import { frame } from '../../kong/plugin-server/protocol/frames';
import { PluginServer, type ServerOptions } from '../../kong/plugin-server/server';
import { configOf, KongWorker, openRaw } from '../support/kong-worker';
import { logInto, type LogLine } from '../support/log-lines';
import { until } from '../support/until';

const REFUSALS = 4000;
const MAX_FRAME_BYTES = 16 * 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'plugin-server-'));
const socket = join(folder, 'plugins.sock');
const lines: LogLine[] = [];
const disposed: string[] = [];

/** Does what the request's headers say. */
const guard = definePlugin({
  name: 'guard',
  version: '1.0.0',
  priority: 2,
  onError: 'refuse',
  fields: { word: field.string({ description: 'A word of the test', default: 'w' }) },
  prepare: ({ word }) => {
    if (word === 'broken') throw new Error('word: must not be broken');
    return { word };
  },
  dispose: ({ word }) => void disposed.push(word),
  access: {
    reads: { headers: read.headers(), body: read.rawBody(), known: read.shared('known', (value) => value) },
    handle: ({ word }, { headers, body, known }) => {
      const action = headers.get('x-do');
      if (action === 'throw') throw new Error('a bug');
      if (action === 'reject')
        return reject({ status: 400, headers: { 'X-Why': word }, body: 'no', share: { why: word } });
      if (action === 'unencodable') return proceed({ share: { a: undefined as never } });
      if (action === 'flood')
        return reject({ status: 200, headers: {}, body: 'x'.repeat(2_000_000), share: { why: word } });
      return proceed({
        share: { seen: Buffer.from(headers.get('x-bin') ?? '', 'latin1').toString('hex'), known: typeof known },
        responseHeaders: { 'X-Body': body.kind === 'bytes' ? String(body.bytes.length) : body.kind },
        upstreamHeaders: { 'X-Word': word },
      });
    },
  },
  log: {
    reads: { entry: read.logEntry() },
    handle: (_, { entry }) => {
      JSON.parse(entry);
    },
  },
});

const observer = definePlugin({
  name: 'observer',
  version: '1.0.0',
  priority: 1,
  onError: 'pass',
  fields: {},
  prepare: () => undefined,
  access: {
    reads: {},
    handle: () => {
      throw new Error('a bug');
    },
  },
});

/** Needs the body of a request whose headers say so. */
const choosy = definePlugin({
  name: 'choosy',
  version: '1.0.0',
  priority: 3,
  onError: 'refuse',
  fields: {},
  prepare: () => undefined,
  access: {
    reads: { headers: read.headers() },
    more: { reads: { body: read.rawBody(), ip: read.forwardedIp() }, isNeeded: ({ headers }) => headers.has('x-read') },
    handle: (_, __, more) =>
      proceed({ share: more?.body.kind === 'bytes' ? { ip: more.ip, length: more.body.bytes.length } : { read: 0 } }),
  },
});

const metrics = new Metrics();
const start = async (options: Partial<ServerOptions> = {}): Promise<PluginServer> => {
  const server = new PluginServer({
    plugins: [guard, observer, choosy],
    socket,
    socketMode: 0o666,
    maxFrameBytes: MAX_FRAME_BYTES,
    maxConnections: 1000,
    stopTimeoutMs: 5000,
    metrics,
    log: logInto(lines),
    ...options,
  });
  await server.listen();
  return server;
};

let server: PluginServer;
beforeAll(async () => {
  server = await start();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  lines.length = 0;
});

/** The current value of a metric; zero where it never counted. */
async function valueOf(series: string): Promise<number> {
  const line = (await metrics.registry.metrics()).split('\n').find((text) => text.startsWith(`${series} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}
const rejectedFrames = (reason: string) => valueOf(`plugin_server_rejected_frames_total{reason="${reason}"}`);

const announce = (length: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(length);
  return bytes;
};
const call = (command: string, data: object): Buffer =>
  frame(
    messageType('RpcCall')
      .encode({ sequence: 1, [command]: data })
      .finish(),
  );

describe('an event', () => {
  const worker = new KongWorker('guard', socket);

  it('is decided in two writes, over one connection', async () => {
    for (let i = 0; i < 3; i++) {
      expect(await worker.event('access', { body: 'four' })).toEqual({
        effects: [
          ['kong.response.set_headers', { 'X-Body': '4' }],
          ['kong.service.request.set_headers', { 'X-Word': 'w' }],
        ],
        shared: { seen: '', known: 'undefined' },
      });
    }
    expect(await valueOf('plugin_server_connections')).toBe(1);
  });

  it('asks for a second batch where the first tells that it is needed, and only there', async () => {
    const frugal = new KongWorker('choosy', socket);
    for (const [headers, shared] of [
      [{}, { read: 0 }],
      [{ 'x-read': '1' }, { ip: '192.0.2.7', length: 3_000_000 }],
      [{}, { read: 0 }],
    ] as const) {
      expect((await frugal.event('access', { headers, body: Buffer.alloc(3_000_000) })).shared).toEqual(shared);
    }
    expect(frugal.logs).toEqual([]);
  });

  it('sees every byte of a header', async () => {
    expect((await worker.event('access', { headers: { 'x-bin': '\xff\0\x80é' } })).shared['seen']).toBe('ff0080e9');
  });

  it('takes any bytes as names, values and bodies', async () => {
    const bytes = fc.uint8Array({ maxLength: 50 }).map((given) => Buffer.from(given).toString('latin1'));
    const facts = fc.record({ headers: fc.dictionary(bytes, bytes), body: bytes, known: bytes });
    await fc.assert(
      fc.asyncProperty(facts, async ({ headers, body, known }) => {
        const { exit, effects } = await worker.event('access', { headers, body, shared: { known } });
        if (!exit) expect(effects[0]).toEqual(['kong.response.set_headers', { 'X-Body': String(body.length) }]);
        expect(exit?.status).not.toBe(500);
      }),
      { numRuns: 100 },
    );
  });

  it('ends with the exit, and the next one takes another connection', async () => {
    const result = await worker.event('access', { headers: { 'x-do': 'reject' } });
    expect(result).toEqual({
      exit: { status: 400, body: 'no', headers: { 'X-Why': 'w' } },
      effects: [],
      shared: { why: 'w' },
    });
    expect((await worker.event('log')).exit).toBeUndefined();
  });

  it('with an answer larger than the buffers between', async () => {
    const { exit, shared } = await worker.event('access', { headers: { 'x-do': 'flood' } });
    expect([exit?.body.length, shared]).toEqual([2_000_000, { why: 'w' }]);
  });

  it.each(['throw', 'unencodable'])('a guard with a bug (%s) refuses with 500 and tells nothing', async (action) => {
    const { exit, effects } = await worker.event('access', { headers: { 'x-do': action } });
    expect([exit?.status, exit?.body, effects]).toEqual([500, '{"message":"An unexpected error occurred"}', []]);
    expect(lines).toMatchObject([
      { level: 'error', fields: { plugin: 'guard', phase: 'access', request_id: 'a-request-id' } },
    ]);
  });

  it('an observer with a bug lets the request through', async () => {
    expect(await new KongWorker('observer', socket).event('access')).toEqual({ effects: [], shared: {} });
    expect(await valueOf('plugin_server_handler_errors_total{plugin="observer",phase="access",request="passed"}')).toBe(
      1,
    );
  });

  it('a log phase with a bug is over all the same', async () => {
    expect((await worker.event('log', { entry: 'no json' })).exit).toBeUndefined();
    expect(lines).toMatchObject([{ level: 'error', fields: { phase: 'log', request_id: undefined } }]);
  });

  it('a body above the bound of a frame is as good as spilled, and costs no connection', async () => {
    const before = await rejectedFrames('oversized');
    const { effects } = await worker.event('access', { body: Buffer.alloc(MAX_FRAME_BYTES + 1) });
    expect(effects[0]).toEqual(['kong.response.set_headers', { 'X-Body': 'spilled' }]);
    expect((await rejectedFrames('oversized')) - before).toBe(1);
    expect((await worker.event('access', { body: Buffer.alloc(MAX_FRAME_BYTES - 10) })).effects[0]).toEqual([
      'kong.response.set_headers',
      { 'X-Body': String(MAX_FRAME_BYTES - 10) },
    ]);
  });

  it('another reply above the bound refuses the request', async () => {
    const result = await worker.event('access', { headers: { 'x-long': 'x'.repeat(MAX_FRAME_BYTES) } });
    expect(result.exit?.status).toBe(500);
  });
});

describe('instances', () => {
  it('share a configuration, which is released with the last of them', async () => {
    const config = configOf('guard', { word: 'shared' });
    const workers = [1, 2].map(() => new KongWorker('guard', socket));
    const held = await valueOf('plugin_server_configurations');
    const ids = await Promise.all(workers.map(({ rpc }) => rpc.startInstance('guard', config)));
    expect((await valueOf('plugin_server_configurations')) - held).toBe(1);
    expect(ids[0]).not.toBe(ids[1]);
    await workers[0]!.rpc.closeInstance(ids[0]!);
    expect(disposed).not.toContain('shared');
    await workers[1]!.rpc.closeInstance(ids[1]!);
    await until(() => disposed.includes('shared'), 'the disposal');
  });

  it('an unknown one closes the connection, and Kong starts it anew', async () => {
    const raw = openRaw(socket);
    raw.socket.write(call('cmd_handle_event', { instance_id: 4711, event_name: Buffer.from('access') }));
    await raw.closed;
    expect(raw.received()).toHaveLength(0);

    const worker = new KongWorker('guard', socket);
    await worker.event('access');
    const id = await worker.rpc.startInstance('guard', configOf('guard'));
    for (let old = id - 20; old <= id; old++) await worker.rpc.closeInstance(old);
    expect((await worker.event('access')).exit).toBeUndefined();
    expect(worker.logs).toEqual(['closed']);
  });

  it.each([
    ['guard', { word: 'broken' }, 'guard'],
    ['nobody', {}, '_unknown'],
  ])('one of %s that cannot start leaves Kong without an answer, counted and logged', async (name, config, label) => {
    const worker = new KongWorker(name, socket);
    await expect(worker.event('access', {}, configOf(name, config))).rejects.toThrow('closed');
    expect(await valueOf(`plugin_server_config_errors_total{plugin="${label}"}`)).toBe(1);
    expect(lines).toMatchObject([{ level: 'error', message: 'an instance could not start', fields: { plugin: name } }]);
  });
});

describe('bytes that make no sense', () => {
  it.each<[string, Buffer, string]>([
    ['a frame above the bound', announce(MAX_FRAME_BYTES + 1), 'oversized'],
    ['the longest frame that can be announced', announce(0xffff_ffff), 'oversized'],
    ['a frame that is no message', frame(Buffer.from('GET / HTTP/1.1\r\n')), 'malformed'],
    ['an empty call', frame(Buffer.alloc(0)), 'malformed'],
    ['a call without a known command', frame(Buffer.of(0x08, 0x01)), 'malformed'],
  ])('%s costs its connection', async (_, bytes, reason) => {
    const before = await rejectedFrames(reason);
    const raw = openRaw(socket);
    raw.socket.write(bytes);
    await raw.closed;
    expect((await rejectedFrames(reason)) - before).toBe(1);
    expect(lines).toMatchObject([{ level: 'warn', message: 'a frame was rejected', fields: { reason } }]);
  });

  it('a truncated frame is counted when its connection ends', async () => {
    const before = await rejectedFrames('truncated');
    const raw = openRaw(socket);
    raw.socket.end(Buffer.concat([announce(100), Buffer.alloc(50)]));
    await raw.closed;
    expect((await rejectedFrames('truncated')) - before).toBe(1);
  });

  it('a frame at the wrong time costs its connection', async () => {
    const { rpc } = new KongWorker('guard', socket);
    const id = await rpc.startInstance('guard', configOf('guard'));
    const before = await rejectedFrames('unexpected');
    const raw = openRaw(socket);
    const garbage = Array.from({ length: 3 }, () => frame(Buffer.of(0x0a, 0x7f)));
    raw.socket.write(
      Buffer.concat([call('cmd_handle_event', { instance_id: id, event_name: Buffer.from('access') }), ...garbage]),
    );
    // The three are replies to the reads; what follows them answers the question for the request's id, then nothing.
    raw.socket.write(Buffer.concat([...garbage, ...garbage]));
    await raw.closed;
    expect((await rejectedFrames('unexpected')) - before).toBe(1);
  });

  it('random ones never stop the server', async () => {
    const streams = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 100 }),
        fc.uint8Array({ maxLength: 60 }).map((bytes) => frame(bytes)),
      ),
      { maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(streams, async (parts) => {
        const raw = openRaw(socket);
        for (const part of parts) raw.socket.write(part);
        raw.socket.end();
        await raw.closed;
      }),
      { numRuns: 100 },
    );
    expect((await new KongWorker('guard', socket).event('access')).exit).toBeUndefined();
  });
});

it('an event whose connection vanished is forgotten', async () => {
  const { rpc } = new KongWorker('guard', socket);
  const id = await rpc.startInstance('guard', configOf('guard'));
  const open = await valueOf('plugin_server_connections');
  const raws = Array.from({ length: 20 }, () => openRaw(socket));
  for (const raw of raws)
    raw.socket.write(call('cmd_handle_event', { instance_id: id, event_name: Buffer.from('access') }));
  // The reads are asked for; nobody answers.
  await until(() => raws.every((raw) => raw.received().length > 0), 'the questions');
  for (const raw of raws) raw.socket.destroy();
  await Promise.all(raws.map(({ closed }) => closed));
  await until(async () => (await valueOf('plugin_server_connections')) === open, 'the connections to be forgotten');
});

it('a client that does not read is read no more, until it does', async () => {
  const known = new Set(server['connections'].keys());
  const raw = openRaw(socket);
  raw.socket.pause();
  const calls = 20_000;
  raw.socket.write(Buffer.concat(Array.from({ length: calls }, () => call('cmd_close_instance', { instance_id: 1 }))));
  const served = () => [...server['connections'].keys()].find((candidate) => !known.has(candidate));
  await until(() => served()?.isPaused() === true, 'the server to stop reading');
  raw.socket.resume();
  const answerBytes = frame(messageType('RpcReturn').encode({ sequence: 1 }).finish()).length;
  await until(() => raw.received().length === calls * answerBytes, 'all answers');
  raw.socket.destroy();
});

it('holds nothing of refused requests', async () => {
  const workers = Array.from({ length: 8 }, () => new KongWorker('guard', socket));
  const instances = await valueOf('plugin_server_instances');
  const statuses = new Map<number | undefined, number>();
  await Promise.all(
    workers.map(async (worker) => {
      for (let i = 0; i < REFUSALS / workers.length; i++) {
        const { exit } = await worker.event('access', { headers: { 'x-do': 'reject' } });
        statuses.set(exit?.status, (statuses.get(exit?.status) ?? 0) + 1);
      }
    }),
  );
  expect([...statuses]).toEqual([[400, REFUSALS]]);
  expect((await valueOf('plugin_server_instances')) - instances).toBe(workers.length);
  const connections = server['connections'];
  // Each worker keeps the connection on which it started its instance.
  await until(() => connections.size < 100, 'the connections to be dropped');
  await until(() => [...connections.values()].every(({ isInCall }) => !isInCall), 'all events to be over');
}, 30_000);

it('closes connections beyond the bound, and counts them', async () => {
  const path = join(folder, 'few.sock');
  const few = await start({ socket: path, maxConnections: 2, metrics: new Metrics() });
  const raws = Array.from({ length: 3 }, () => openRaw(path));
  await Promise.race(raws.map(({ closed }) => closed));
  expect(
    await few['options'].metrics.registry.getSingleMetricAsString('plugin_server_refused_connections_total'),
  ).toContain('plugin_server_refused_connections_total 1');
  await few.stop();
  await Promise.all(raws.map(({ closed }) => closed));
});
