import { request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http';
import { stringify } from 'yaml';
import { startTestGateway, type TestGateway } from '../../kong/testkit/gateway';
import { send } from '../../kong/testkit/http';
import { servePlugins } from '../../kong/testkit/serve-plugins';
import { until } from '../../kong/testkit/until';
import { startUpstream, type TestUpstream } from '../../kong/testkit/upstream';
import { llmTelemetry } from '../../plugins/llm-telemetry';
import { mcpTelemetry } from '../../plugins/mcp-telemetry';
import { sse } from '../support/exchange';
import { startCollector, type Collector, type ReceivedSpan } from '../support/otlp-collector';
import { serviceAt } from '../support/reference-service';

// The exporter imports dynamically, which the test sandbox does not support: Node loads it.
jest.mock('@opentelemetry/exporter-trace-otlp-proto', () =>
  jest
    .requireActual<{ nativeRequire: (name: string) => unknown }>('../support/native-module')
    .nativeRequire('@opentelemetry/exporter-trace-otlp-proto'),
);

/** Both telemetry plugins in their real server, behind the gateway, with the capture of the reference configuration. */
interface House {
  readonly gateway: TestGateway;
  /** The sum of all series of a metric. */
  total(name: string): Promise<number>;
  eventually(name: string, value: number): Promise<void>;
  /** Stops in order: the gateway, then the plugin server, which flushes. */
  stop(): Promise<void>;
}

let answer: RequestListener;
let upstream: TestUpstream;
let house: House | undefined;
let collectors: Collector[] = [];

/** @param llm more for llm-telemetry alone */
async function build(config: object, llm: object = {}): Promise<House> {
  const served = await servePlugins([llmTelemetry, mcpTelemetry]);
  const service = (name: string, plugin: string, more: object = {}) =>
    serviceAt(name, upstream.url, [
      { name: plugin, config: { flush_delay: 10, log_errors: false, ...config, ...more } },
    ]);
  const services = [service('ollama', 'llm-telemetry', llm), service('calc', 'mcp-telemetry')];
  const gateway = await startTestGateway({
    kongYml: stringify({ services }, { aliasDuplicateObjects: false }),
    settings: served.settings,
  });
  const total = async (name: string): Promise<number> =>
    (await served.metrics.registry.metrics())
      .split('\n')
      .filter((line) => line.startsWith(name) && /^[{ ]/.test(line.slice(name.length)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  let stopped: Promise<void> | undefined;
  return (house = {
    gateway,
    total,
    eventually: async (name, value) => {
      await until(async () => (await total(name)) === value, `${name} to be ${value}`);
    },
    stop: () => (stopped ??= gateway.close().then(() => served.stop())),
  });
}

async function collect(respond?: Parameters<typeof startCollector>[0]): Promise<Collector> {
  const collector = await startCollector(respond);
  collectors.push(collector);
  return collector;
}

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  send(
    house!.gateway.proxyUrl + path,
    { method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
    JSON.stringify(body),
  );

beforeAll(async () => {
  upstream = await startUpstream((incoming, outgoing) => {
    answer(incoming, outgoing);
  });
});

afterEach(async () => {
  await house?.stop();
  await Promise.all(collectors.map((collector) => collector.close()));
  house = undefined;
  collectors = [];
});

afterAll(() => upstream.close());

/** An OpenAI-compatible stream: it reports its tokens when it is asked to. */
const streamsChat =
  (seen: { headers?: IncomingMessage['headers']; body?: string }): RequestListener =>
  (incoming, outgoing) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      Object.assign(seen, { headers: incoming.headers, body });
      const { stream_options } = JSON.parse(body) as { stream_options?: { include_usage?: boolean } };
      const usage = { choices: [], usage: { prompt_tokens: 26, completion_tokens: 9, total_tokens: 35 } };
      outgoing.setHeader('content-type', 'text/event-stream');
      outgoing.end(
        sse(
          { choices: [{ delta: { content: 'Hel' } }] },
          { choices: [{ delta: {}, finish_reason: 'stop' }] },
          ...(stream_options?.include_usage ? [usage] : []),
          '[DONE]',
        ),
      );
    });
  };

const chat = { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] };

it('sends the upstream the trace of its span and asks for usage, with all other bytes unchanged', async () => {
  const collector = await collect();
  const seen: { headers?: IncomingMessage['headers']; body?: string } = {};
  answer = streamsChat(seen);
  await build({ otlp_url: collector.url, propagate: true }, { inject_stream_usage: true });
  const traceparent = `00-${'4b'.repeat(16)}-${'0f'.repeat(8)}-00`;
  const response = await post('/ollama/v1/chat/completions', chat, { traceparent });
  expect(response.body.toString()).toContain('"completion_tokens":9');
  expect(seen.body).toBe(`{"stream_options":{"include_usage":true},${JSON.stringify(chat).slice(1)}`);
  expect(seen.headers!['content-length']).toBe(String(Buffer.byteLength(seen.body!)));
  await house!.eventually('gen_ai_client_inference_usage_output_tokens_total', 9);
  await house!.stop();
  const [span] = collector.spans;
  expect(span).toMatchObject({ traceId: '4b'.repeat(16), parentSpanId: '0f'.repeat(8), status: { code: 0 } });
  expect(seen.headers!['traceparent']).toBe(`00-${span!.traceId}-${span!.spanId}-01`);
  expect(span!.attributes).toMatchObject({ 'llm.token_count.prompt': 26, 'llm.token_count.completion': 9 });
});

it('does not change a request by default', async () => {
  const collector = await collect();
  const seen: { headers?: IncomingMessage['headers']; body?: string } = {};
  answer = streamsChat(seen);
  await build({ otlp_url: collector.url });
  const response = await post('/ollama/v1/chat/completions', chat);
  expect(response.body.toString()).not.toContain('usage');
  expect(seen.body).toBe(JSON.stringify(chat));
  expect(seen.headers).not.toHaveProperty('traceparent');
});

it('exports the same span to every collector, with its project and headers, even if one is down', async () => {
  const [phoenix, other] = [await collect(), await collect()];
  answer = streamsChat({});
  await build({
    otlp_url: phoenix.url,
    project_name: 'p',
    exporters: [
      { otlp_url: other.url, project_name: 'q', otlp_headers: { api_key: 'k' }, otlp_compression: 'none' },
      { otlp_url: 'http://127.0.0.1:1/v1/traces', otlp_timeout: 100 },
    ],
  });
  await post('/ollama/v1/chat/completions', chat);
  await house!.eventually('gen_ai_client_inference_duration_seconds_count', 1);
  await house!.stop();
  const idsOf = ({ spans }: Collector) => spans.map(({ traceId, spanId }) => [traceId, spanId]);
  expect(idsOf(phoenix)).toHaveLength(1);
  expect(idsOf(other)).toEqual(idsOf(phoenix));
  expect(phoenix.requests[0]!.headers).toMatchObject({ 'x-project-name': 'p', 'content-encoding': 'gzip' });
  expect(other.requests[0]!.headers).toMatchObject({ 'x-project-name': 'q', api_key: 'k' });
  expect(other.requests[0]!.headers).not.toHaveProperty('content-encoding');
});

it('sorts spans into the projects that a header names, up to the bound', async () => {
  const collector = await collect();
  answer = streamsChat({});
  await build({ otlp_url: collector.url, project_name: 'p', project_source: 'header', max_projects: 2 });
  const names = ['a', 'b', 'a', 'c', 'bad\u0000name', ''];
  for (const [count, name] of names.entries()) {
    const headers: Record<string, string> = /^\w+$/.test(name) ? { 'x-project-name': name } : {};
    await post('/ollama/v1/chat/completions', chat, headers);
    await house!.eventually('gen_ai_client_inference_duration_seconds_count', count + 1);
  }
  await house!.stop();
  const projects = collector.spans.map(({ resource }) => resource['openinference.project.name']);
  expect(projects.sort()).toEqual(['a', 'a', 'b', 'p', 'p', 'p']);
  expect(new Set(collector.requests.map(({ headers }) => headers['x-project-name']))).toEqual(new Set(['a', 'b', 'p']));
});

/** Opens a stream, and returns a function that ends it from the client's side. */
async function open(path: string, options: object, body?: string): Promise<() => void> {
  const outgoing = httpRequest(house!.gateway.proxyUrl + path, options);
  outgoing.on('error', () => undefined);
  const answered = new Promise<void>((resolve) =>
    outgoing.on('response', (incoming) => incoming.once('data', resolve)),
  );
  outgoing.end(body);
  await answered;
  return () => outgoing.destroy();
}

it('reports streams while they are open, and when their client disconnected', async () => {
  const collector = await collect();
  answer = (incoming, outgoing) => {
    incoming.resume();
    outgoing.setHeader('content-type', 'text/event-stream');
    outgoing.write('data: {}\n\n');
  };
  await build({ otlp_url: collector.url, track_open_streams: true });
  const headers = { accept: 'text/event-stream', 'mcp-session-id': 's', 'content-type': 'application/json' };
  const endStream = await open('/calc/mcp', { headers });
  const endChat = await open('/ollama/v1/chat/completions', { method: 'POST', headers }, JSON.stringify(chat));
  expect(await house!.total('mcp_gateway_connections_active')).toBe(1);
  expect(await house!.total('llm_active_streams')).toBe(1);
  endStream();
  endChat();
  await house!.eventually('mcp_gateway_connections_active', 0);
  await house!.eventually('llm_active_streams', 0);
  await house!.stop();
  const stream = collector.spans.find(({ name }) => name === 'GET stream');
  expect(stream!.attributes).toMatchObject({
    'mcp.session.id': expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
    'http.response.body.size': 10,
  });
  expect(stream!.attributes).toMatchObject({ 'kong.response.complete': false });
});

it.each([
  ['the client left', 'client_disconnect'],
  ['the upstream broke off', 'stream_truncated'],
])('reports a stream without its end that %s', async (_, errorType) => {
  const collector = await collect();
  answer = (incoming, outgoing) => {
    incoming.resume();
    outgoing.setHeader('content-type', 'text/event-stream');
    outgoing.write('data: {"choices":[{"delta":{"content":"Hel"}}]}\n\n');
    // The written bytes are sent before the socket closes.
    if (errorType === 'stream_truncated') outgoing.socket!.end();
  };
  await build({ otlp_url: collector.url });
  const headers = { 'content-type': 'application/json' };
  const leave = await open('/ollama/v1/chat/completions', { method: 'POST', headers }, JSON.stringify(chat));
  if (errorType === 'client_disconnect') leave();
  await house!.eventually('gen_ai_client_inference_duration_seconds_count', 1);
  await house!.stop();
  expect(collector.spans[0]!.attributes).toMatchObject({ 'error.type': errorType, 'llm.response_length': 3 });
});

describe('whatever the collector does', () => {
  const CALLS = 30;
  const slow = (response: Parameters<NonNullable<Parameters<typeof startCollector>[0]>>[0]) =>
    setTimeout(() => response.end(), 300);

  it.each([
    ['accepts spans', undefined],
    ['is not there', 'dead'],
    ['never responds', () => undefined],
    ['is slow', slow],
    ['rejects spans', (response) => response.writeHead(401).end()],
    ['is busy', (response) => response.writeHead(503, { 'retry-after': '0' }).end()],
    ['fails', (response) => response.writeHead(500).end('x'.repeat(100_000))],
    ['breaks off', (response) => response.socket!.destroy()],
  ] as readonly [string, 'dead' | Parameters<typeof startCollector>[0]][])(
    'when it %s, every call has a response and is counted, and so is every span',
    async (_, behaviour) => {
      const collector = behaviour === 'dead' ? undefined : await collect(behaviour);
      answer = streamsChat({});
      await build({
        otlp_url: collector?.url ?? 'http://127.0.0.1:1/v1/traces',
        // A batch that is taken after its timeout counts as dropped.
        otlp_timeout: behaviour === undefined ? 30_000 : 200,
        max_queue_size: 10,
        max_batch_size: 5,
      });
      const responses = await Promise.all(
        Array.from({ length: CALLS }, () => post('/ollama/v1/chat/completions', chat)),
      );
      expect(responses.every(({ status, body }) => status === 200 && body.toString().endsWith('[DONE]\n\n'))).toBe(
        true,
      );
      await house!.eventually('gen_ai_client_inference_duration_seconds_count', CALLS);
      await house!.stop();
      const exported = await house!.total('llm_telemetry_spans_exported_total');
      const dropped = await house!.total('llm_telemetry_spans_dropped_total');
      expect(exported + dropped).toBe(CALLS);
      if (behaviour === undefined) expect(collector!.spans.map(nameOf)).toHaveLength(exported);
      else if (behaviour !== slow) expect(exported).toBe(0);
    },
  );
});

const nameOf = ({ name }: ReceivedSpan): string => name;
