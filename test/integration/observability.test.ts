import { setTimeout as pause } from 'node:timers/promises';
import { guideQueries } from '../support/guide-queries';
import { readDashboards, readRules } from '../support/monitoring-files';
import { startObservedSuite, type ObservedSuite } from '../support/observed-suite';
import { SCRAPE_INTERVAL_MS, startPrometheus, type Prometheus } from '../support/prometheus';
import { selectorsOf } from '../support/promql';
import { startTraffic } from '../support/traffic';

/** A real Prometheus with the project's configuration scrapes a real run, so that every query has data. */
const engine = process.env['E2E_ENGINE'] === 'kong' ? 'kong' : 'stand-in';

/** Selectors without data in this test, and why. */
const ABSENT: readonly (readonly [start: string, reason: string])[] = [
  ['redis_', 'no exporter of Redis runs here'],
  ['kong_memory_', 'only Kong has Lua memory'],
  ['probe_', 'no exporter of certificates runs here'],
  ['x509_cert_expiry', 'no exporter of certificates runs here'],
  ['plugin_server_handler_errors_total', 'no handler throws'],
  ['llm_agent_runs_total{outcome="failed"', 'no model fails in the middle of a run'],
  ['mcp_telemetry_parse_errors_total', 'all log entries of the gateway can be parsed'],
];
const isAbsent = (selector: string): boolean =>
  ABSENT.some(([start]) => selector.startsWith(start) && !(engine === 'kong' && start === 'kong_memory_'));

/** As Grafana expands it for all values of every variable, over the last minute. */
const inDashboard = (expression: string): string =>
  expression
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__range_s', '60')
    .replaceAll('$__range', '1m')
    .replaceAll(/\$(namespace|backend|service|model)\b/g, '.*');

const panelQueries = readDashboards().flatMap(([file, { panels }]) =>
  panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, refId }) => ({ from: `${file}: ${title} (${refId})`, expr: inDashboard(expr) })),
  ),
);
const variables = readDashboards().flatMap(([file, { templating }]) =>
  templating.list.map(({ name, definition }) => ({
    from: `${file}: variable ${name}`,
    expr: definition.replace(/^label_values\((\w+), (\w+)\)$/, 'count by ($2) ($1{$2!=""})'),
  })),
);
const rules = readRules();
const recordings = rules.filter(({ isAlert }) => !isAlert).map(({ name, expr }) => ({ from: `rule ${name}`, expr }));
/** An alert has no data while it does not fire, but its selectors have. */
const alertInputs = rules
  .filter(({ isAlert }) => isAlert)
  .flatMap(({ name, expr }) => selectorsOf(expr).map((selector) => ({ from: `alert ${name}`, expr: selector })));

/** A query with a comparison has no data while all is well, but its selectors have. */
const ofGuides = guideQueries().flatMap((expr) =>
  (/ (?:==|<|>) /.test(expr) ? selectorsOf(expr) : [expr]).map((one) => ({ from: 'docs/guide-queries.md', expr: one })),
);

const questions = [...panelQueries, ...variables, ...recordings, ...alertInputs, ...ofGuides];

let suite: ObservedSuite | undefined;
let prometheus: Prometheus | undefined;
let traffic: { stop(): Promise<void> } | undefined;

beforeAll(async () => {
  const byte = () => 1 + Math.floor(Math.random() * 254);
  const host = `127.${byte()}.${byte()}.${byte()}`;
  suite = await startObservedSuite(host, engine);
  traffic = startTraffic(suite.state);
  prometheus = await startPrometheus(host, suite.folder);
}, 60_000);

afterAll(async () => {
  await traffic?.stop();
  await prometheus?.stop();
  await suite?.stop();
}, 30_000);

it('has data for every panel, every variable and every rule', async () => {
  const open = new Map(
    [...new Set(questions.map(({ expr }) => expr))]
      .filter((expr) => !selectorsOf(expr).some(isAbsent))
      .map((expr) => [expr, questions.filter((question) => question.expr === expr).map(({ from }) => from)]),
  );
  expect(open.size).toBeGreaterThan(100);
  const deadline = Date.now() + 45_000;
  while (open.size > 0 && Date.now() < deadline) {
    for (const expr of open.keys()) {
      const samples = await prometheus!.query(expr);
      if (samples.some(({ value }) => Number.isFinite(value))) open.delete(expr);
    }
    // There is no new data before the next scrape.
    if (open.size > 0) await pause(SCRAPE_INTERVAL_MS);
  }
  expect([...open].map(([expr, from]) => `${from.join(', ')}: ${expr}`)).toEqual([]);
  expect(await prometheus!.failedRules()).toEqual([]);
}, 60_000);

it('has data for every selector, except those that are known to be absent', async () => {
  const selectors = [...new Set(questions.flatMap(({ expr }) => selectorsOf(expr)))];
  const empty: string[] = [];
  for (const selector of selectors) if ((await prometheus!.query(selector)).length === 0) empty.push(selector);
  expect(empty.filter((selector) => !isAbsent(selector))).toEqual([]);
  // A selector with data must not be listed as absent.
  expect(selectors.filter((selector) => isAbsent(selector) && !empty.includes(selector))).toEqual([]);
});
