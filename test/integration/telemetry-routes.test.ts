import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metrics } from '../../kong/pdk';
import { INTAKE_PATH, LogIntake } from '../../kong/plugin-server/log-intake/log-intake';
import { startMonitor } from '../../kong/plugin-server/monitor';
import { PluginServer } from '../../kong/plugin-server/server';
import type { LuaValue } from '../../kong/stand-in/lua/value';
import { logInto, type LogLine } from '../../kong/testkit/log-lines';
import { plugins } from '../../plugins';
import { STARTED_AT } from '../support/exchange';
import { configOf, KongWorker } from '../support/kong-worker';
import { startCollector, type Collector, type ReceivedSpan } from '../support/otlp-collector';
import { EXCHANGES, type LoggedExchange } from '../support/telemetry-exchanges';

// The exporter imports dynamically, which the test sandbox does not support: Node loads it.
jest.mock('@opentelemetry/exporter-trace-otlp-proto', () =>
  jest
    .requireActual<{ nativeRequire: (name: string) => unknown }>('../support/native-module')
    .nativeRequire('@opentelemetry/exporter-trace-otlp-proto'),
);

/** What a route reports of the same exchanges. */
interface Reported {
  readonly spans: readonly object[];
  /** Every series of the plugins, with its value. */
  readonly series: readonly string[];
  readonly lines: readonly LogLine[];
}

type Route = (exchanges: readonly LoggedExchange[], metrics: Metrics, lines: LogLine[]) => Promise<void>;

const now = () => STARTED_AT + 500;
const env = { KONG_AI_SESSION_KEY: 'a key of sixteen characters' };
let collector: Collector;

beforeEach(async () => {
  collector = await startCollector();
});

afterEach(async () => {
  await collector.close();
});

const configFor = ({ config }: LoggedExchange) => ({ ...config, otlp_url: collector.url, flush_delay: 10 });

/** Kong's log events, over the real socket. */
const byLogPhase: Route = async (exchanges, metrics, lines) => {
  const folder = mkdtempSync(join(tmpdir(), 'routes-'));
  const socket = join(folder, 'plugins.sock');
  const server = new PluginServer({
    plugins,
    socket,
    socketAccess: { mode: 0o600 },
    maxFrameBytes: 16 << 20,
    maxHeldBytes: 64 << 20,
    frameTimeoutMs: 10_000,
    maxConnections: 100,
    stopTimeoutMs: 5000,
    metrics,
    log: logInto(lines),
    now,
    env,
  });
  await server.listen();
  for (const exchange of exchanges) {
    const worker = new KongWorker(exchange.plugin, socket);
    const { entry, shared } = exchange;
    const config = configOf(exchange.plugin, configFor(exchange));
    await worker.event('log', { entry, shared: shared as Record<string, LuaValue> }, config);
    expect(worker.logs).toEqual([]);
  }
  await server.stop();
  rmSync(folder, { recursive: true });
};

/** Batches of http-log, over HTTP. */
const byIntake: Route = async (exchanges, metrics, lines) => {
  const resources = { metrics, log: logInto(lines), now, env };
  for (const [config, entries] of byConfig(exchanges)) {
    const intake = await LogIntake.open({ tested: JSON.parse(config) as Record<string, object> }, plugins, resources);
    const monitor = await startMonitor({
      host: '127.0.0.1',
      port: 0,
      registry: metrics.registry,
      isReady: () => true,
      intake: { path: INTAKE_PATH, handle: (request, response, path) => intake.handle(request, response, path) },
    });
    const response = await fetch(`${monitor.url}${INTAKE_PATH}tested`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: `[${entries.map(batchEntry).join(',')}]`,
    });
    expect([response.status, await response.text()]).toEqual([200, `handled: ${entries.length}\n`]);
    await monitor.close();
    await intake.stop(5000);
  }
};

/** Kong's instances share a configuration with equal content; the intake has one endpoint for it. */
function byConfig(exchanges: readonly LoggedExchange[]): Map<string, LoggedExchange[]> {
  const groups = new Map<string, LoggedExchange[]>();
  for (const exchange of exchanges) {
    const key = JSON.stringify({ [exchange.plugin]: configFor(exchange) });
    groups.set(key, [...(groups.get(key) ?? []), exchange]);
  }
  return groups;
}

/** The entry as http-log sends it, with the field of kong/lua/share-with-http-log.lua, which a test on Kong compares. */
function batchEntry({ entry, shared }: LoggedExchange): string {
  const ctx_shared = JSON.parse(
    JSON.stringify(shared, (_key, value: unknown) =>
      typeof value === 'number' && Number(value.toPrecision(14)) !== value ? { $number: String(value) } : value,
    ),
  ) as object;
  return JSON.stringify({ ...(JSON.parse(entry) as object), ctx_shared });
}

async function report(route: Route, exchanges: readonly LoggedExchange[]): Promise<Reported> {
  const metrics = new Metrics();
  const lines: LogLine[] = [];
  collector.spans.length = 0;
  await route(exchanges, metrics, lines);
  const text = await metrics.registry.metrics();
  const series = text.split('\n').filter((line) => line !== '' && !/^#|^(plugin_server|process|nodejs)_/.test(line));
  return { spans: sorted(collector.spans), series: series.sort(), lines };
}

/** The spans without the ids that are random, in the order of their content. */
const sorted = (spans: readonly ReceivedSpan[]): object[] =>
  spans
    .map(({ spanId, traceId, parentSpanId, ...span }) => ({
      ...span,
      ...(parentSpanId !== '' && { traceId, parentSpanId }),
      hasId: spanId.length === 16,
    }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

it.each(EXCHANGES.map((exchange) => [exchange.name, exchange] as const))(
  'reports the same over both routes: %s',
  async (_name, exchange) => {
    const expected = await report(byLogPhase, [exchange]);
    expect(await report(byIntake, [exchange])).toEqual(expected);
    expect(expected.series.length).toBeGreaterThan(0);
  },
);

it('reports the same for all of them in batches', async () => {
  const distinct = EXCHANGES.map((exchange, index) => ({
    ...exchange,
    entry: exchange.entry.replace('f0e1d2c3', String(10_000_000 + index)),
  }));
  const ordered = [...byConfig(distinct).values()].flat();
  const expected = await report(byLogPhase, ordered);
  expect(await report(byIntake, ordered)).toEqual(expected);
  expect(expected.spans.length).toBeGreaterThan(15);
  expect(expected.lines.length).toBeGreaterThan(15);
});
