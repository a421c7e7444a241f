import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configuredParts, Metrics, type Plugin } from '../../../kong/pdk';
import { readConfig } from '../../../kong/pdk/read-config';
import { intakeMetricsOf } from '../../../kong/plugin-server/log-intake/metrics';
import { ServerMetrics } from '../../../kong/plugin-server/server-metrics';
import { plugins } from '../../../plugins';
import { jwksOf, signingKey } from '../../support/access-tokens';

/** A composed plugin has the metrics of its parts, and none of its own. */
const single = plugins.filter((plugin) => !('parts' in plugin));

/** `docs/metrics.md` lists every metric of the suite, with its type and its labels. */

const text = readFileSync(join(__dirname, '../../../docs/metrics.md'), 'utf8');
const COMMON = ['gen_ai_operation_name', 'gen_ai_provider_name', 'gen_ai_request_model', 'kong_service'];

/** An issuer that needs no network. */
const AUTH_ISSUER = { issuer: 'https://as.example', discovery: false, jwks: JSON.stringify(jwksOf(signingKey('k'))) };

/** A configuration for each plugin that needs one, and further ones that register other metrics. */
const CONFIGURATIONS: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  'mcp-auth': [{ resource: 'https://h.example/mcp', issuers: [AUTH_ISSUER] }],
  'mcp-tool-rate-limit': [{ rules: [{ windows: [{ limit: 1, window_seconds: 1 }] }] }],
  'llm-mcp-agent': [{ name: 'a', llm_path: '/llm', servers: [{ name: 's', path: '/s', allow: ['*'] }] }],
  'mcp-telemetry': [{}, { operation_role: 'server' }],
};

interface Registered {
  readonly labelNames: readonly string[];
}

type Row = readonly [name: string, type: string, labels: readonly string[]];

const byName = (rows: readonly Row[]): Row[] => rows.toSorted(([a], [b]) => (a < b ? -1 : 1));
const namesIn = (cell: string): string[] => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!);

const rowsUnder = (title: string): Row[] =>
  text
    .split(`\n## ${title}\n`)[1]!
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const [, name = '', type = '', labels = ''] = line.split('|').map((cell) => cell.trim());
      const common = labels.includes('*common*') ? COMMON : [];
      return [namesIn(name)[0]!, type, [...common, ...namesIn(labels)].sort()];
    });

async function registered({ registry }: Metrics): Promise<Row[]> {
  const all = await registry.getMetricsAsJSON();
  const ours = all.filter(({ name }) => !/^(?:process|nodejs)_/.test(name));
  return ours.map(({ name, type }) => {
    const { labelNames } = registry.getSingleMetric(name) as unknown as Registered;
    return [name, String(type), labelNames.filter((label) => label !== 'le').toSorted()];
  });
}

const nothing = () => undefined;
const http = { mount: () => nothing };
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

async function metricsOf(plugin: Plugin): Promise<Row[]> {
  const metrics = new Metrics();
  for (const given of CONFIGURATIONS[plugin.name] ?? [{}]) {
    const resources = { metrics, log, now: Date.now, env: {}, scope: {}, http };
    for (const part of configuredParts(plugin, readConfig(plugin.fields, given))) {
      const state = (await part.plugin.prepare(part.config as never, resources)) as never;
      await part.plugin.dispose?.(state);
    }
  }
  return registered(metrics);
}

it.each(single)('lists the metrics of $name', async (plugin) => {
  expect(byName(rowsUnder(plugin.name))).toEqual(byName(await metricsOf(plugin)));
});

it('lists the metrics of the plugin server', async () => {
  const metrics = new Metrics();
  const none = () => 0;
  new ServerMetrics(metrics, {
    connections: none,
    instances: none,
    configurations: none,
    heldBytes: none,
    waitingFrames: none,
  });
  intakeMetricsOf(metrics);
  expect(byName(rowsUnder('Plugin server'))).toEqual(byName(await registered(metrics)));
});

it('has one label for the service of Kong', () => {
  const all = [...single.map(({ name }) => name), 'Plugin server'].flatMap(rowsUnder);
  expect(all.filter(([, , labels]) => labels.includes('service')).map(([name]) => name)).toEqual([]);
  const guide = all.filter(([, , labels]) => labels.includes('backend') || labels.includes('namespace'));
  for (const [name] of guide) expect(name).toMatch(/^mcp_gateway_/);
});
