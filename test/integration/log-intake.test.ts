import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { definePlugin, field, Metrics, proceed, read } from '../../kong/pdk';
import { INTAKE_PATH, LogIntake, type IntakeBounds } from '../../kong/plugin-server/log-intake/log-intake';
import { startMonitor, type Monitor } from '../../kong/plugin-server/monitor';
import { send } from '../../kong/testkit/http';
import { logInto, type LogLine } from '../../kong/testkit/log-lines';
import { until } from '../../kong/testkit/until';

/** What the plugin received. */
const received: string[] = [];
let onEntry: (text: string) => void | Promise<void> = () => undefined;

const observer = definePlugin({
  name: 'observer',
  version: '1.0.0',
  priority: 1,
  onError: 'pass',
  fields: {
    label: field.string({ description: 'A label', required: true }),
    tracks: field.boolean({ description: 'x' }),
  },
  prepare: (config) => config,
  dispose: () => {
    received.push('disposed');
  },
  access: {
    reads: {},
    onDemand: true,
    neededBy: ({ tracks }) => (tracks === true ? ['tracks'] : []),
    handle: () => proceed(),
  },
  log: {
    reads: { entry: read.logEntry(), mark: read.shared('mark', String) },
    handle: async ({ label }, { entry, mark }) => {
      const text = JSON.stringify(entry);
      await onEntry(text);
      received.push(`${label} ${mark} ${text}`);
    },
  },
});

let lines: LogLine[] = [];
let registry: Metrics;
let intake: LogIntake;
let monitor: Monitor;

async function start(
  bounds: Partial<IntakeBounds> & { readonly requestTimeoutMs?: number } = {},
  section: object = { observer: { label: 'one' } },
): Promise<void> {
  const { requestTimeoutMs = 10_000 } = bounds;
  registry = new Metrics();
  const resources = { metrics: registry, log: logInto(lines), now: Date.now, env: {} };
  intake = await LogIntake.open({ mcp: { ...section } }, [observer], resources, bounds);
  monitor = await startMonitor({
    host: '127.0.0.1',
    port: 0,
    registry: registry.registry,
    isReady: () => true,
    requestTimeoutMs,
    intake: { path: INTAKE_PATH, handle: (incoming, response, path) => intake.handle(incoming, response, path) },
  });
}

beforeEach(() => {
  received.length = 0;
  lines = [];
  onEntry = () => undefined;
});

afterEach(async () => {
  await monitor.close();
  await intake.stop(1000);
});

const JSON_TYPE = { 'content-type': 'application/json' };
const post = async (body: string | Buffer, path = '/logs/mcp', headers: Record<string, string> = JSON_TYPE) => {
  const answer = await send(monitor.url + path, { method: 'POST', headers }, body);
  return { ...answer, text: answer.body.toString() };
};

async function seriesOf(name: string): Promise<string[]> {
  const text = await registry.registry.metrics();
  return text.split('\n').filter((line) => line.startsWith(`plugin_server_${name}`));
}

it('accepts a single entry, and an array', async () => {
  await start();
  expect(await post('{"ctx_shared":{"mark":"x"},"a":1}')).toMatchObject({ status: 200, text: 'handled: 1\n' });
  expect(
    await post('[{"a":2},{"a":3}]', '/logs/mcp', { 'content-type': 'application/json; charset=utf-8' }),
  ).toMatchObject({
    status: 200,
    text: 'handled: 2\n',
  });
  expect(received).toEqual(['one x {"a":1}', 'one undefined {"a":2}', 'one undefined {"a":3}']);
  expect(await seriesOf('log_')).toEqual([
    'plugin_server_log_entries_total{endpoint="mcp",result="handled"} 3',
    'plugin_server_log_batches_total{result="accepted"} 2',
  ]);
});

it('reads bytes that are not UTF-8 as the log phase does', async () => {
  await start();
  await post(Buffer.concat([Buffer.from('{"a":"'), Buffer.of(0xff), Buffer.from('"}')]));
  expect(received).toEqual(['one undefined {"a":"\ufffd"}']);
});

it.each([
  ['an unknown name', '/logs/other', JSON_TYPE, '{}', 404, /no endpoint has this name/],
  ['no name', '/logs/', JSON_TYPE, '{}', 404, /no endpoint has this name/],
  ['another type', '/logs/mcp', { 'content-type': 'text/plain' }, '{}', 415, /application\/json/],
  ['no type', '/logs/mcp', {}, '{}', 415, /application\/json/],
  ['text that is not JSON', '/logs/mcp', JSON_TYPE, 'x', 400, /expected a JSON object or an array/],
  ['half a batch', '/logs/mcp', JSON_TYPE, '[{}', 400, /not complete/],
  ['too many bytes', '/logs/mcp', JSON_TYPE, ' '.repeat(2000), 413, /more than 1000 bytes.*--max-log-batch-bytes/],
  ['too many entries', '/logs/mcp', JSON_TYPE, '[{},{},{},{}]', 413, /more than 3 entries/],
])('answers %s with a sentence for the log of Kong', async (_name, path, headers, body, status, text) => {
  await start({ maxLogBatchBytes: 1000, maxLogBatchEntries: 3 });
  const answer = await post(body, path, headers);
  expect(answer).toMatchObject({ status, text: expect.stringMatching(text) as unknown });
  expect(await post('{}')).toMatchObject({ status: 200 });
});

it('delivers its answer to a large batch that it does not read to the end', async () => {
  await start({ maxLogBatchBytes: 1000 });
  expect(await post(Buffer.alloc(4 << 20, 'x'))).toMatchObject({ status: 413 });
  expect(await post(Buffer.from(`x${' '.repeat(999)}`))).toMatchObject({ status: 400 });
});

it.each(['GET', 'PUT', 'DELETE'])('rejects %s', async (method) => {
  await start();
  const answer = await send(`${monitor.url}/logs/mcp`, { method, headers: JSON_TYPE });
  expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST' } });
});

/** A batch whose end the test sends. */
function open(): { readonly sent: ClientRequest; readonly answered: Promise<IncomingMessage> } {
  const sent = request(`${monitor.url}/logs/mcp`, { method: 'POST', headers: JSON_TYPE });
  const answered = once(sent, 'response').then(([response]) => (response as IncomingMessage).resume());
  sent.write('[{"a":1}');
  return { sent, answered };
}

it('answers 503 while as many batches are read as may be, and then accepts again', async () => {
  await start({ maxLogBatches: 1 });
  const { sent, answered } = open();
  await until(() => received.length === 1, 'the first entry');
  expect(await post('{}')).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  sent.end(']');
  expect((await answered).statusCode).toBe(200);
  expect(await post('{}')).toMatchObject({ status: 200 });
});

it('counts a batch whose sender leaves, and handles what it sent', async () => {
  await start();
  const { sent, answered } = open();
  answered.catch(() => undefined);
  await until(() => received.length === 1, 'the first entry');
  sent.destroy();
  await until(async () => (await seriesOf('log_batches')).length === 1, 'the count');
  expect(await seriesOf('log_batches')).toEqual(['plugin_server_log_batches_total{result="aborted"} 1']);
});

it('ends a batch that is not complete in time', async () => {
  await start({ requestTimeoutMs: 50 });
  const { answered } = open();
  expect((await answered).statusCode).toBe(408);
  await until(async () => (await seriesOf('log_batches')).length === 1, 'the count');
  expect(await seriesOf('log_batches')).toEqual(['plugin_server_log_batches_total{result="aborted"} 1']);
});

it('counts and logs a handler that throws, and handles the next entry', async () => {
  await start();
  onEntry = (entry) => {
    if (entry.includes('bad')) throw new Error('a bug');
  };
  expect(await post('[{"bad":1,"request":{"id":"r-1"}},{"a":2}]')).toMatchObject({ text: 'failed: 1, handled: 1\n' });
  expect(await seriesOf('handler_errors')).toEqual([
    'plugin_server_handler_errors_total{plugin="observer",phase="log",request="passed"} 1',
  ]);
  expect(lines).toEqual([
    expect.objectContaining({
      level: 'error',
      fields: expect.objectContaining({ plugin: 'observer', endpoint: 'mcp', request_id: 'r-1' }) as unknown,
    }),
  ]);
});

it('serves metrics and health while batches arrive', async () => {
  await start({ maxLogBatches: 1 });
  const { sent, answered } = open();
  await until(() => received.length === 1, 'the first entry');
  expect((await fetch(`${monitor.url}/healthz`)).status).toBe(200);
  sent.end(']');
  await answered;
});

it('finishes the batches in progress before it disposes of the configurations, and accepts no more', async () => {
  await start();
  const { sent, answered } = open();
  await until(() => received.length === 1, 'the first entry');
  const stopped = intake.stop(10_000);
  expect(await post('{}')).toMatchObject({ status: 503 });
  sent.end(',{"a":2}]');
  await Promise.all([answered, stopped]);
  expect(received).toEqual(['one undefined {"a":1}', 'one undefined {"a":2}', 'disposed']);
});

it('warns at start about options that need the access phase', async () => {
  await start({}, { observer: { label: 'one', tracks: true } });
  expect(lines).toEqual([
    {
      level: 'warn',
      fields: { endpoint: 'mcp', plugin: 'observer' },
      message: 'options that need the access phase have no effect on entries of http-log',
    },
  ]);
});

it('keeps an idle connection for longer than Kong does', async () => {
  await start();
  const { port } = new URL(monitor.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('POST /logs/mcp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}');
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  expect(bytes.toString()).toContain('Keep-Alive: timeout=75');
  socket.destroy();
});
