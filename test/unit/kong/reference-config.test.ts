import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseConf } from '../../../kong/stand-in/config/settings';
import { kongVariables, PORTS } from '../../../kong/start/layout';
import { plugins as suite } from '../../../plugins';

interface Plugin {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

interface Service {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly connect_timeout: number;
  readonly read_timeout: number;
  readonly write_timeout: number;
  readonly retries: number;
  readonly routes: readonly {
    readonly paths: readonly string[];
    readonly strip_path: boolean;
    readonly response_buffering?: boolean;
  }[];
  readonly plugins?: readonly Plugin[];
}

interface Counted {
  readonly interval: number;
  readonly successes: number;
  readonly http_statuses: readonly number[];
}

interface Checks {
  readonly timeout: number;
  readonly healthy: Counted;
  readonly unhealthy: Counted;
}

interface Upstream {
  readonly name: string;
  readonly host_header?: string;
  readonly targets: readonly { readonly target: string }[];
  readonly healthchecks: { readonly active: Checks; readonly passive: { readonly unhealthy: object } };
}

const folder = join(__dirname, '..', '..', '..', 'kong');
const conf = parseConf(readFileSync(join(folder, 'kong.conf'), 'utf8'));
const config = parse(readFileSync(join(folder, 'kong.yml'), 'utf8')) as {
  readonly services: readonly Service[];
  readonly upstreams: readonly Upstream[];
  readonly plugins: readonly Plugin[];
};

const service = (name: string) => config.services.find((candidate) => candidate.name === name)!;
const pluginNames = (name: string) => (service(name).plugins ?? []).map((plugin) => plugin.name);
const globalPlugin = (name: string) => config.plugins.find((plugin) => plugin.name === name)!.config;

it.each([
  ['py-calculator', 8100, 60_000, '/health'],
  ['go-calculator', 8200, 60_000, '/health'],
  ['phoenix', 6006, 30_000, '/'],
  ['ollama', 11_434, 120_000, '/'],
])('serves %s from port %d through an upstream whose health is checked', (name, port, timeout, healthPath) => {
  expect(service(name)).toMatchObject({
    host: `${name}-upstream`,
    port,
    connect_timeout: timeout,
    read_timeout: timeout,
    write_timeout: timeout,
    routes: [{ paths: [`/${name}`], strip_path: true }],
  });
  const upstream = config.upstreams.find((candidate) => candidate.name === `${name}-upstream`);
  expect(upstream).toMatchObject({
    targets: [{ target: `${name}:${port}` }],
    healthchecks: {
      active: {
        http_path: healthPath,
        healthy: { interval: 30 },
        unhealthy: { http_failures: 3, tcp_failures: 3, timeouts: 3 },
      },
    },
  });
  expect(PORTS[name as keyof typeof PORTS]).toBe(port);
});

describe.each(config.upstreams)('the only target of $name', ({ healthchecks: { active, passive }, targets }) => {
  it('is used again within five seconds after its first successful check', () => {
    expect(active.healthy.successes).toBe(1);
    expect(active.unhealthy.interval).toBeGreaterThan(0);
    expect(active.unhealthy.interval).toBeLessThanOrEqual(3);
  });

  it('is healthy if it responds without having the health path', () => {
    expect(active.healthy.http_statuses).toEqual(expect.arrayContaining([200, 404, 401, 405]));
    expect(active.unhealthy.http_statuses.filter((status) => status < 500)).toEqual([]);
  });

  it('is never marked unhealthy by a client request', () => {
    expect(targets).toHaveLength(1);
    expect(passive.unhealthy).toEqual({ http_failures: 0, tcp_failures: 0, timeouts: 0 });
  });
});

it.each(['py-calculator', 'go-calculator', 'ollama'])('%s receives a Host that loopback servers accept', (name) => {
  expect(config.upstreams.find((upstream) => upstream.name === `${name}-upstream`)?.host_header).toBe('localhost');
});

it('does not buffer responses on any route', () => {
  for (const { routes } of config.services) {
    for (const { response_buffering: buffering } of routes) expect(buffering).toBe(false);
  }
});

it('writes the spans of all services into one project', () => {
  const names = config.services.flatMap(({ plugins: list = [] }) =>
    list.flatMap(({ name, config: { project_name: project } }) =>
      name.endsWith('-telemetry') || name === 'llm-mcp-agent' ? [project] : [],
    ),
  );
  expect(names).toEqual(['ai-gateway', 'ai-gateway', 'ai-gateway', 'ai-gateway']);
});

it('configures the suite for both MCP servers and the LLM', () => {
  const mcp = ['pre-function', 'mcp-guard', 'mcp-telemetry'];
  expect(pluginNames('py-calculator')).toEqual(mcp);
  expect(pluginNames('go-calculator')).toEqual(mcp);
  expect(pluginNames('ollama')).toEqual(expect.arrayContaining(['pre-function', 'llm-telemetry']));
});

it('never repeats a run of the agent, ends it before Kong does, and counts its tokens once', () => {
  const { path, retries, read_timeout: timeout } = service('agent') as Service & { readonly path: string };
  expect([path, retries]).toEqual(['/agent', 0]);
  const agent = suite.find(({ name }) => name === 'llm-mcp-agent');
  expect(agent?.fields['max_run_seconds']?.attributes.default).toBeLessThan(timeout / 1000);
  expect(pluginNames('agent')).not.toContain('llm-telemetry');
});

it('configures no telemetry for the service that receives the spans', () => {
  const sends = ['llm-telemetry', 'mcp-telemetry'];
  expect(pluginNames('phoenix').filter((name) => sends.includes(name))).toEqual([]);
  expect(config.plugins.filter(({ name }) => sends.includes(name))).toEqual([]);
});

it('has the same body size limit in the validator, in Kong and in nginx', () => {
  const { allowed_payload_size: allowed, size_unit: unit } = globalPlugin('request-size-limiting');
  expect(unit).toBe('megabytes');
  const largest = Number(allowed) * 1_048_576;
  for (const name of ['py-calculator', 'go-calculator']) {
    const guard = service(name).plugins?.find((plugin) => plugin.name === 'mcp-guard');
    expect(guard?.config['mcp-validator']).toMatchObject({ max_body_bytes: largest });
  }
  expect(conf['nginx_http_client_body_buffer_size']).toBe(`${String(allowed)}m`);
});

it('allows images for LLMs, up to the limit of nginx', () => {
  const bound = service('ollama').plugins?.find(({ name }) => name === 'request-size-limiting')?.config;
  expect(bound).toMatchObject({ allowed_payload_size: 20, size_unit: 'megabytes' });
  expect(conf['nginx_http_client_max_body_size']).toBe('20m');
});

it('waits at most ten seconds for a plugin server that does not respond', () => {
  for (const step of ['connect', 'send', 'read']) {
    expect(conf[`nginx_http_lua_socket_${step}_timeout`]).toMatch(/^(?:[1-9]|10)s$/);
  }
});

it.each(['apikey', 'X-API-Key', 'anthropic-version', 'x-stainless-lang', 'x-project-name', 'OpenAI-Organization'])(
  'allows pages of its origins to send %s',
  (header) => {
    expect(globalPlugin('cors')['headers']).toContain(header);
  },
);

it('never allows credentials for all origins', () => {
  const { origins, credentials, headers, exposed_headers: exposed } = globalPlugin('cors');
  expect(credentials).toBe(true);
  expect(origins).not.toContain('*');
  const mcp = ['Mcp-Session-Id', 'MCP-Protocol-Version'];
  expect(headers).toEqual(expect.arrayContaining([...mcp, 'Mcp-Method', 'Mcp-Name', 'Last-Event-ID']));
  expect(exposed).toEqual(expect.arrayContaining(mcp));
});

it('limits requests and exports metrics', () => {
  expect(globalPlugin('rate-limiting')).toMatchObject({ second: 1000, minute: 5000, hour: 100_000, policy: 'local' });
  expect(globalPlugin('prometheus')).toMatchObject({
    status_code_metrics: true,
    latency_metrics: true,
    bandwidth_metrics: true,
    upstream_health_metrics: true,
  });
});

it('has every plugin of the suite in kong.conf and in the settings of npm start', () => {
  const names = suite.map(({ name }) => name);
  expect(conf['plugins']?.split(',')).toEqual(['bundled', ...names]);
  expect(conf['pluginserver_names']?.split(',')).toEqual(names);
  const layout = { root: '/package', folder: '/run', logs: '/logs', host: '127.0.0.1', plugins: names };
  const moved = kongVariables(layout);
  for (const name of names) {
    const setting = `pluginserver_${name.replaceAll('-', '_')}`;
    expect(conf[`${setting}_socket`]).toBe('/run/kong-ai-plugins/plugins.sock');
    expect(conf[`${setting}_query_cmd`]).toBe(`cat /run/kong-ai-plugins/${name}.json`);
    expect(moved[`KONG_${setting.toUpperCase()}_SOCKET`]).toBe('/run/plugins.sock');
    expect(moved[`KONG_${setting.toUpperCase()}_QUERY_CMD`]).toBe(`cat /run/${name}.json`);
  }
});

it('keeps the Admin API and the status listener on this machine', () => {
  expect(conf['status_listen']).toBe('127.0.0.1:9080');
  expect(conf['admin_listen']).toBe('127.0.0.1:8001');
  expect(conf['admin_gui_listen']).toBe('127.0.0.1:8002');
});
