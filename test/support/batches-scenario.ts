import { readFileSync } from 'node:fs';
import { request, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { Metrics } from '../../kong/pdk';
import { INTAKE_PATH, LogIntake } from '../../kong/plugin-server/log-intake/log-intake';
import { startMonitor } from '../../kong/plugin-server/monitor';
import { send } from '../../kong/testkit/http';
import { logInto, type LogLine } from '../../kong/testkit/log-lines';
import { servePlugins } from '../../kong/testkit/serve-plugins';
import { until } from '../../kong/testkit/until';
import { startUpstream } from '../../kong/testkit/upstream';
import { plugins } from '../../plugins';
import { ndjson, sse } from './exchange';
import { startCollector, type ReceivedSpan } from './otlp-collector';

/** A gateway in front of the scenario, on any engine. */
export interface ScenarioGateway {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a gateway with a declarative file and the settings for the plugin server. */
export type StartGateway = (kongYml: string, settings: Readonly<Record<string, string>>) => Promise<ScenarioGateway>;

/** What one route reported. */
export interface RouteReport {
  readonly spans: readonly object[];
  readonly series: readonly string[];
  readonly lines: readonly string[];
}

interface Profile {
  readonly services: readonly { readonly plugins: readonly { readonly name: string; readonly config: object }[] }[];
}

/** The profile for users; its Lua functions run here. */
const profile = parse(readFileSync(join(__dirname, '../../kong/profiles/telemetry-batches.yml'), 'utf8')) as Profile;
const [mcpPlugins = []] = profile.services.map((service) => service.plugins);
const named = (name: string) => mcpPlugins.find((plugin) => plugin.name === name)!;

const call = (id: number | string, more: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'add', arguments: { a: 1, b: 2 } },
  ...more,
});
const result = (id: unknown, text = '3') => ({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }] } });
const chat = (more: object = {}) => ({ model: 'llama3.2', messages: [{ role: 'user', content: 'Hello' }], ...more });
const word = { model: 'llama3.2', message: { role: 'assistant', content: 'Hello' }, done: false };
const last = { ...word, done: true, done_reason: 'stop', prompt_eval_count: 26, eval_count: 9 };

const answerWith =
  (type: string, ...parts: readonly string[]): RequestListener =>
  (_incoming, outgoing) => {
    outgoing.writeHead(200, { 'content-type': type });
    for (const part of parts) outgoing.write(part);
    outgoing.end();
  };

interface Case {
  readonly kind: 'mcp' | 'llm';
  readonly path: string;
  readonly body: string;
  readonly answer: RequestListener;
  /** The client leaves when the first bytes have arrived. */
  readonly leaves?: true;
}

const mcp = (body: object | string, answer: RequestListener, more: Partial<Case> = {}): Case => ({
  kind: 'mcp',
  path: '/mcp',
  body: typeof body === 'string' ? body : JSON.stringify(body),
  answer,
  ...more,
});
const llm = (body: object, answer: RequestListener, path = '/api/chat'): Case => ({
  kind: 'llm',
  path,
  body: JSON.stringify(body),
  answer,
});

const JSON_TYPE = 'application/json';
const SSE_TYPE = 'text/event-stream';
const toolError = { jsonrpc: '2.0', id: 7, result: { isError: true, content: [{ type: 'text', text: 'no' }] } };

const CASES: readonly Case[] = [
  mcp(call(7), answerWith(JSON_TYPE, JSON.stringify(result(7)))),
  mcp(call('s'), answerWith(SSE_TYPE, sse(result('s')))),
  // The response is found by this id, which needs 16 digits.
  mcp(call(9007199254740991), answerWith(JSON_TYPE, JSON.stringify(result(9007199254740991)))),
  mcp(call(7), answerWith(JSON_TYPE, JSON.stringify(toolError))),
  mcp(call(7), answerWith(JSON_TYPE, JSON.stringify(result(7, 'x'.repeat(100_000))))),
  mcp('{"jsonrpc"', answerWith(JSON_TYPE, '{}')),
  mcp(call(7), (_incoming, outgoing) => outgoing.destroy()),
  mcp(
    call(7, { params: { name: 'add', arguments: { text: 'é\u0000\ud83d\ude00'.repeat(20_000) } } }),
    answerWith(JSON_TYPE, JSON.stringify(result(7))),
  ),
  mcp(
    call(7),
    (_incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-type': SSE_TYPE });
      outgoing.write('event: message\n');
    },
    { leaves: true },
  ),
  llm(chat(), answerWith('application/x-ndjson', ndjson(word), ndjson(last))),
  llm(chat({ stream: false }), answerWith(JSON_TYPE, JSON.stringify(last))),
  llm(chat(), (_incoming, outgoing) =>
    outgoing.writeHead(404, { 'content-type': JSON_TYPE }).end('{"error":"model not found"}'),
  ),
  llm(
    chat({ stream: true }),
    answerWith(
      SSE_TYPE,
      sse(
        { choices: [{ delta: { content: 'x'.repeat(100_000) } }] },
        { choices: [], usage: { prompt_tokens: 26, completion_tokens: 9, total_tokens: 35 } },
        '[DONE]',
      ),
    ),
    '/v1/chat/completions',
  ),
];

/** Sends the same exchanges over both routes of telemetry, and returns what each reported. */
export async function reportBothRoutes(startGateway: StartGateway): Promise<Record<'log' | 'batches', RouteReport>> {
  let answer: RequestListener = () => undefined;
  const upstream = await startUpstream((incoming, outgoing) => {
    incoming.resume().on('end', () => {
      answer(incoming, outgoing);
    });
  });
  const collectors = { log: await startCollector(), batches: await startCollector() };
  const lines: Record<'log' | 'batches', LogLine[]> = { log: [], batches: [] };
  const configOf = (route: 'log' | 'batches') => ({
    otlp_url: collectors[route].url,
    flush_delay: 10,
    audit: true,
    session_key: 'a key of sixteen characters',
  });
  const metrics = new Metrics();
  const intake = await LogIntake.open(
    { mcp: { 'mcp-telemetry': configOf('batches') }, llm: { 'llm-telemetry': configOf('batches') } },
    plugins,
    { metrics, log: logInto(lines.batches), now: Date.now, env: {} },
  );
  const monitor = await startMonitor({
    host: '127.0.0.1',
    port: 0,
    registry: metrics.registry,
    isReady: () => true,
    intake: { path: INTAKE_PATH, handle: (incoming, response, path) => intake.handle(incoming, response, path) },
  });
  const served = await servePlugins(plugins, logInto(lines.log));
  const service = (kind: 'mcp' | 'llm', route: 'log' | 'batches') => ({
    name: `${route}-${kind}`,
    url: upstream.url,
    retries: 0,
    routes: [{ name: `${route}-${kind}`, paths: [`/${route}-${kind}`], response_buffering: false }],
    plugins: [
      named('pre-function'),
      ...(kind === 'mcp' ? [{ name: 'mcp-validator' }] : []),
      route === 'log'
        ? { name: `${kind}-telemetry`, config: configOf('log') }
        : {
            name: 'http-log',
            config: {
              ...named('http-log').config,
              http_endpoint: `${monitor.url}${INTAKE_PATH}${kind}`,
              queue: { max_batch_size: 50, max_coalescing_delay: 0.2, max_bytes: 10_000_000 },
            },
          },
    ],
  });
  const kinds = ['mcp', 'llm'] as const;
  const services = kinds.flatMap((kind) => [service(kind, 'log'), service(kind, 'batches')]);
  const gateway = await startGateway(
    stringify({ _format_version: '3.0', services }, { aliasDuplicateObjects: false }),
    {
      nginx_http_client_body_buffer_size: '1m',
      ...served.settings,
    },
  );
  for (const one of CASES) {
    answer = one.answer;
    for (const route of ['log', 'batches'] as const)
      await exchange(`${gateway.url}/${route}-${one.kind}${one.path}`, one);
  }
  const countOf = async (registry: Metrics, name: string): Promise<number> =>
    (await registry.registry.metrics())
      .split('\n')
      .filter((line) => line.startsWith(name))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  await until(
    async () => (await countOf(metrics, 'plugin_server_log_entries_total')) === CASES.length,
    'all entries',
    20_000,
  );
  const isLogOfTelemetry = (line: string) => /telemetry",phase="log"/.test(line);
  await until(
    async () =>
      (await served.metrics.registry.metrics())
        .split('\n')
        .filter((line) => line.startsWith('plugin_server_events_total') && isLogOfTelemetry(line))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0) === CASES.length,
    'all log events',
    20_000,
  );
  await gateway.close();
  await monitor.close();
  await intake.stop(5000);
  await served.stop();
  await upstream.close();
  const report = async (route: 'log' | 'batches', registry: Metrics): Promise<RouteReport> => ({
    spans: collectors[route].spans.map(comparable).sort(byText),
    series: comparableSeries(await registry.registry.metrics()),
    lines: lines[route]
      .filter(({ fields }) => 'service' in fields)
      .map(lineText)
      .sort(),
  });
  const reports = { log: await report('log', served.metrics), batches: await report('batches', metrics) };
  for (const collector of Object.values(collectors)) await collector.close();
  return reports;
}

async function exchange(url: string, { body, leaves }: Case): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2025-06-18',
  };
  if (!leaves) {
    await send(url, { method: 'POST', headers }, body);
    return;
  }
  await new Promise<void>((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, (response) => {
      response.once('data', () => {
        sent.destroy();
        resolve();
      });
    });
    sent.on('error', reject).end(body);
  });
}

/** Names of the route, and values of time and of chance, which differ between any two requests. */
const neutral = (text: string): string => text.replaceAll(/\b(?:log|batches)-(mcp|llm)\b/g, '$1');
const VARYING = /duration|latency|time_to|first_chunk|request[._]id|per_output|_ms\b|port|kong\.request|session/;

function comparable({ name, kind, status, attributes }: ReceivedSpan): object {
  const kept = Object.entries(attributes).filter(([key]) => !VARYING.test(key));
  const text = JSON.stringify({
    name,
    kind,
    status,
    attributes: Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))),
  });
  return JSON.parse(neutral(text).replaceAll(/request_id\\":\\"\w+/g, '')) as object;
}

const comparableSeries = (text: string): string[] =>
  neutral(text)
    .split('\n')
    .filter((line) => /^(?:mcp|llm|gen_ai)_/.test(line) && !/^mcp_validator|_(?:sum|bucket)[{ ]/.test(line))
    .sort();

const lineText = ({ level, fields, message }: LogLine): string =>
  neutral(
    JSON.stringify([level, message, Object.fromEntries(Object.entries(fields).filter(([key]) => !VARYING.test(key)))]),
  );

const byText = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
