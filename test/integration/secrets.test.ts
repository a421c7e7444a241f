import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startTestGateway, type TestGateway } from '../../kong/testkit/gateway';
import { send, type Answer } from '../../kong/testkit/http';
import { logInto, type LogLine } from '../../kong/testkit/log-lines';
import { servePlugins, type ServedPlugins } from '../../kong/testkit/serve-plugins';
import { until } from '../../kong/testkit/until';
import { startUpstream, type TestUpstream } from '../../kong/testkit/upstream';
import { llmTelemetry } from '../../plugins/llm-telemetry';
import { mcpTelemetry } from '../../plugins/mcp-telemetry';
import { mcpToolRateLimit } from '../../plugins/mcp-tool-rate-limit';
import { mcpValidator } from '../../plugins/mcp-validator';
import { sse } from '../support/exchange';
import { startCollector, type Collector } from '../support/otlp-collector';
import { requestLog, serviceAt } from '../support/reference-service';

// The exporter imports dynamically, which the sandbox of Jest does not allow: Node loads it.
jest.mock('@opentelemetry/exporter-trace-otlp-proto', () =>
  jest
    .requireActual<{ nativeRequire: (name: string) => unknown }>('../support/native-module')
    .nativeRequire('@opentelemetry/exporter-trace-otlp-proto'),
);

/** Secrets are this word with a number. Nothing in their form shows that they are secrets. */
const WORD = 'canary';
let count = 0;
const secret = (where: string): string => `${WORD}-${where}-${++count}-77`;

/** Headers that contain secrets: well-known ones and custom ones. */
const secretHeaders = (): Record<string, string> => ({
  // These have the form of real credentials.
  authorization: `Bearer ${secret('authorization')}`,
  'proxy-authorization': `Basic ${Buffer.from(`user:${secret('proxy')}`).toString('base64')}`,
  ...Object.fromEntries(
    [
      ...['apikey', 'api-key', 'baggage', 'cookie', 'last-event-id', 'mcp-param-city', 'mcp-session-id', 'referer'],
      ...['tracestate', 'x-api-key', 'x-goog-api-key', 'x-own-token', 'x-session-id'],
    ].map((name) => [name, secret(name)]),
  ),
});

const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
const accessLog = join(folder, 'access.log');
const lines: LogLine[] = [];
let upstream: TestUpstream;
let served: ServedPlugins;
let gateway: TestGateway;
let collector: Collector;
let answer: RequestListener;

beforeAll(async () => {
  upstream = await startUpstream((incoming, outgoing) => {
    answer(incoming, outgoing);
  });
  collector = await startCollector();
  served = await servePlugins([mcpValidator, mcpToolRateLimit, llmTelemetry, mcpTelemetry], logInto(lines));
  const telemetry = { flush_delay: 10, otlp_url: collector.url, audit: true, track_open_streams: true };
  const rules = [{ name: 'scarce', windows: [{ limit: 1, window_seconds: 60 }] }];
  const services = [
    serviceAt('calc', upstream.url, [
      { name: 'mcp-validator', config: { tools: { deny: ['forbidden'] } } },
      { name: 'mcp-tool-rate-limit', config: { rules } },
      { name: 'mcp-telemetry', config: telemetry },
    ]),
    serviceAt('ollama', upstream.url, [{ name: 'llm-telemetry', config: telemetry }]),
  ];
  gateway = await startTestGateway({
    kongYml: stringify({ services }, { aliasDuplicateObjects: false }),
    settings: { ...served.settings, ...requestLog(accessLog) },
  });
});

afterAll(async () => {
  await gateway.close();
  await served.stop();
  await collector.close();
  await upstream.close();
  rmSync(folder, { recursive: true });
});

const post = (path: string, body: unknown, headers: Record<string, string> = secretHeaders()): Promise<Answer> =>
  send(
    `${gateway.proxyUrl}${path}?apikey=${secret('query')}&${secret('flag')}`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    },
    typeof body === 'string' ? body : JSON.stringify(body),
  );

const request = (method: string, params: object) => ({
  jsonrpc: '2.0',
  id: 1,
  method,
  params: { ...params, _meta: { note: secret('meta') } },
});
const URI = () => `https://${secret('user')}:${secret('password')}@host/a?${secret('parameter')}#${secret('fragment')}`;

/** Repeats the whole request in its error, and adds its own secrets. */
const repeatsAll: RequestListener = (incoming, outgoing) => {
  let body = '';
  incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
  incoming.on('end', () => {
    const own = `https://${secret('server')}:x@db.host/x?key=${secret('server')} token=${secret('server')}`;
    const { uri, ...params } = (JSON.parse(body) as { params?: { uri?: string } }).params ?? {};
    const text = `${uri ?? ''} ${own} ${JSON.stringify({ headers: incoming.headers, params })}`;
    // Each part of the request is once within the first 200 characters, which are logged.
    const messages = [text, ...Object.values(incoming.headers).map(String), JSON.stringify(params)];
    const message = messages[Number(incoming.headers['x-part'])] ?? text;
    outgoing.setHeader('content-type', 'application/json');
    outgoing.setHeader('set-cookie', secret('set-cookie'));
    outgoing.setHeader('x-own-answer', secret('answer-header'));
    outgoing.setHeader('mcp-session-id', secret('given-session'));
    outgoing.end(
      incoming.url?.startsWith('/mcp')
        ? JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -32603, message } })
        : JSON.stringify({ error: JSON.stringify(JSON.parse(body)) }),
    );
  });
};

/** Responses of the guards. */
const rejections: Answer[] = [];

it('sends many exchanges with secrets in every place', async () => {
  answer = repeatsAll;
  const calls: [string, object][] = [
    ['tools/call', { name: 'add', arguments: { city: secret('argument'), deep: [{ key: secret('argument') }] } }],
    ['prompts/get', { name: 'greet', arguments: { who: secret('prompt') } }],
    ['resources/read', { uri: URI() }],
    ['resources/subscribe', { uri: `data:text/plain,${secret('data')}` }],
  ];
  for (const [method, params] of calls) {
    for (let part = 0; part < 30; part++) {
      await post('/calc/mcp', request(method, params), { ...secretHeaders(), 'x-part': String(part) });
    }
  }
  await post('/ollama/api/chat', { model: 'm', messages: [{ role: 'user', content: secret('question') }] });

  answer = (_incoming, outgoing) => {
    outgoing.setHeader('content-type', 'text/event-stream');
    const content = [{ type: 'text', text: secret('result') }];
    outgoing.end(sse({ jsonrpc: '2.0', id: 1, result: { isError: true, content, _meta: { x: secret('meta') } } }));
  };
  await post('/calc/mcp', request('tools/call', { name: 'add', arguments: {} }));
  await send(`${gateway.proxyUrl}/calc/mcp?token=${secret('query')}`, {
    headers: { accept: 'text/event-stream', ...secretHeaders() },
  });
  answer = (_incoming, outgoing) => {
    outgoing.setHeader('content-type', 'application/json');
    outgoing.end(JSON.stringify({ message: { content: secret('completion') }, done: true, done_reason: 'stop' }));
  };
  await post('/ollama/api/chat', {
    model: 'm',
    stream: false,
    messages: [{ role: 'user', content: secret('question') }],
  });

  // The guards respond to what they reject.
  rejections.push(await post('/calc/mcp', `{"jsonrpc":"2.0","${secret('broken')}`));
  rejections.push(
    await post('/calc/mcp', request('tools/call', { name: 'forbidden', arguments: { x: secret('denied') } })),
  );
  rejections.push(await post('/calc/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: secret('params') }));
  for (let n = 0; n < 2; n++) {
    rejections.push(
      await post('/calc/mcp', request('tools/call', { name: 'scarce', arguments: { x: secret('limit') } })),
    );
  }
  rejections.splice(3, 1);
  expect(rejections.map(({ status }) => status)).toEqual([400, 200, 400, 200]);
  const limited = rejections.pop();
  for (const { body } of rejections) expect(JSON.parse(body.toString())).toHaveProperty('error');
  expect(JSON.parse(limited!.body.toString())).toMatchObject({ result: { isError: true } });
});

/** The secrets in a text. */
const leaksIn = (text: string): string[] => [...new Set(text.match(new RegExp(`${WORD}-[\\w-]+`, 'g')) ?? [])];

it('has no secret in its own responses', () => {
  expect(leaksIn(rejections.map(({ body, rawHeaders }) => body.toString() + rawHeaders.join()).join('\n'))).toEqual([]);
});

it('has no secret in the access log', async () => {
  await until(() => readFileSync(accessLog, 'utf8').split('\n').length > 125, 'the lines');
  const text = readFileSync(accessLog, 'utf8');
  expect(leaksIn(text)).toEqual([]);
  const [first = ''] = text.split('\n');
  expect(JSON.parse(first)).toMatchObject({
    request: {
      method: 'POST',
      uri: '/calc/mcp',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    },
    response: { status: 200, headers: { 'content-type': 'application/json' } },
    upstream_uri: '/mcp',
    latencies: Object.fromEntries(['request', 'kong', 'proxy'].map((name) => [name, expect.any(Number) as number])),
    service: { name: 'calc' },
    route: { name: 'calc' },
  });
});

it('has no secret in a span', async () => {
  await until(() => collector.spans.length >= 125, 'the spans');
  expect(collector.requests.flatMap(({ body }) => leaksIn(body.toString('latin1')))).toEqual([]);
  const errors = collector.spans.filter(({ status }) => status.code === 2);
  expect(errors.length).toBeGreaterThan(120);
});

it('has no secret in the log of the plugin server', () => {
  expect(leaksIn(JSON.stringify(lines))).toEqual([]);
  expect(lines.filter(({ fields }) => fields['error'] !== undefined).length).toBeGreaterThan(40);
});

it('has no secret in a metric or in the log of the gateway', async () => {
  expect(leaksIn(await served.metrics.registry.metrics())).toEqual([]);
  expect(leaksIn(gateway.logs.join('\n'))).toEqual([]);
});
