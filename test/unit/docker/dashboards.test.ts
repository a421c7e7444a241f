import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { dockerFolder, readDashboards, type Panel } from '../../support/monitoring-files';
import { selectorsOf } from '../../support/promql';

const dashboards = readDashboards();

const readYaml = (...names: string[]): unknown => parse(readFileSync(dockerFolder(...names), 'utf8'));

/** Units of Grafana that the dashboards may use. */
const UNITS = 's ms bytes Bps reqps ops percentunit currencyUSD short none'.split(' ');

const overlaps = (a: Panel['gridPos'], b: Panel['gridPos']): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

it('has a dashboard for MCP, one for language models, one for the gateway', () => {
  expect(dashboards.map(([, { uid, title }]) => [uid, title])).toEqual([
    ['gateway', 'Kong and plugin server'],
    ['llm', 'LLM'],
    ['mcp', 'MCP'],
  ]);
});

describe.each(dashboards)('%s', (_, { panels, templating, schemaVersion }) => {
  const shown = panels.filter(({ type }) => type !== 'row');
  const variables = templating.list.map(({ name }) => name);

  it('has panels with different ids that do not overlap', () => {
    expect(schemaVersion).toBeGreaterThanOrEqual(41);
    const ids = panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    panels.forEach(({ title, gridPos }, index) => {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      const covered = panels.slice(index + 1).filter((other) => overlaps(gridPos, other.gridPos));
      expect([title, covered.map((other) => other.title)]).toEqual([title, []]);
    });
  });

  it.each(shown.map((panel) => [panel.title, panel] as const))('%s has a description and a unit', (__, panel) => {
    expect(panel.description?.length).toBeGreaterThan(10);
    expect(UNITS).toContain(panel.fieldConfig?.defaults.unit);
    expect(panel.datasource).toEqual({ type: 'prometheus', uid: 'prometheus' });
    const letters = (panel.targets ?? []).map(({ refId }) => refId);
    expect(letters.length).toBeGreaterThan(0);
    expect(new Set(letters).size).toBe(letters.length);
  });

  it('uses valid PromQL and only its own variables', () => {
    for (const { expr } of shown.flatMap(({ targets = [] }) => targets)) {
      const used = [...expr.matchAll(/\$(\w+)/g)].map(([, name]) => name!);
      const own = ['__rate_interval', '__range', '__range_s'];
      expect(used.filter((name) => !own.includes(name) && !variables.includes(name))).toEqual([]);
      const plain = expr.replaceAll(/\$__range_s/g, '1').replaceAll(/\$__\w+/g, '1m');
      expect(selectorsOf(plain).length).toBeGreaterThan(0);
    }
  });

  it('uses all its variables', () => {
    const text = JSON.stringify(panels);
    expect(variables.filter((name) => !text.includes(`$${name}`))).toEqual([]);
  });
});

it('finds data source and files at the configured paths', () => {
  const { datasources } = readYaml('grafana', 'provisioning', 'datasources', 'prometheus.yml') as {
    datasources: { uid: string; url: string; jsonData: { timeInterval: string } }[];
  };
  const { global } = readYaml('prometheus', 'prometheus.yml') as { global: { scrape_interval: string } };
  expect(datasources).toMatchObject([
    { uid: 'prometheus', url: 'http://prometheus:9090', jsonData: { timeInterval: global.scrape_interval } },
  ]);
  const { providers } = readYaml('grafana', 'provisioning', 'dashboards', 'dashboards.yml') as {
    providers: { options: { path: string } }[];
  };
  const { services } = parse(readFileSync(dockerFolder('compose.yml'), 'utf8'), { merge: true }) as {
    services: { grafana: { volumes: string[]; environment: Record<string, string> } };
  };
  const [{ options } = { options: { path: '' } }] = providers;
  expect(services.grafana.volumes).toContain(`./grafana/dashboards:${options.path}:ro`);
  const home = services.grafana.environment['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'];
  expect(dashboards.map(([file]) => `${options.path}/${file}`)).toContain(home);
});
