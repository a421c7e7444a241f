import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Client as Client2,
  StreamableHTTPClientTransport as Transport2,
  type ClientOptions,
} from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { stringify } from 'yaml';
import { startTestGateway, type TestGateway } from '../../kong/testkit/gateway';
import { servePlugins, type ServedPlugins } from '../../kong/testkit/serve-plugins';
import { until } from '../../kong/testkit/until';
import type { TestUpstream } from '../../kong/testkit/upstream';
import { mcpTelemetry } from '../../plugins/mcp-telemetry';
import { mcpValidator } from '../../plugins/mcp-validator';
import { startMcpTestServer, type McpTestServer } from '../support/mcp-test-server';
import { dockerFolder } from '../support/monitoring-files';
import { promtool } from '../support/prometheus';
import { serviceAt } from '../support/reference-service';
import { startToolsOnlyServer } from '../support/tools-only-server';

// The exporter imports dynamically, which the sandbox of Jest does not allow: Node loads it.
jest.mock('@opentelemetry/exporter-trace-otlp-proto', () =>
  jest
    .requireActual<{ nativeRequire: (name: string) => unknown }>('../support/native-module')
    .nativeRequire('@opentelemetry/exporter-trace-otlp-proto'),
);

/** Normal sessions of real clients must raise no alert, even if they request what the server does not have. */
const folder = mkdtempSync(join(tmpdir(), 'sessions-'));
let plugins: ServedPlugins;
let gateway: TestGateway;
let toolsOnly: TestUpstream;
let full: McpTestServer;

beforeAll(async () => {
  // One of the clients logs that it responds in place of the server.
  jest.spyOn(console, 'debug').mockImplementation();
  plugins = await servePlugins([mcpValidator, mcpTelemetry]);
  toolsOnly = await startToolsOnlyServer();
  full = await startMcpTestServer();
  const guarded = [
    { name: 'mcp-validator', config: {} },
    { name: 'mcp-telemetry', config: { log_errors: false, sample_rate: 0 } },
  ];
  const services = [serviceAt('tools-only', toolsOnly.url, guarded), serviceAt('full', full.url, guarded)];
  gateway = await startTestGateway({
    kongYml: stringify({ services }, { aliasDuplicateObjects: false }),
    settings: plugins.settings,
  });
});

afterAll(async () => {
  await gateway.close();
  await toolsOnly.close();
  await full.close();
  await plugins.stop();
  rmSync(folder, { recursive: true });
});

type AnyClient = Pick<Client2, 'listTools' | 'listPrompts' | 'listResources' | 'callTool' | 'close'>;
const INFO = { name: 'test', version: '1' };

async function connect1(path: string): Promise<AnyClient> {
  const client = new Client(INFO);
  await client.connect(new StreamableHTTPClientTransport(new URL(gateway.proxyUrl + path)));
  return client as unknown as AnyClient;
}
const connect2 =
  (options: ClientOptions) =>
  async (path: string): Promise<AnyClient> => {
    const client = new Client2(INFO, options);
    await client.connect(new Transport2(new URL(gateway.proxyUrl + path)));
    return client;
  };

const clients = [
  ['SDK 1.x', connect1],
  ['SDK 2.x in a session', connect2({})],
  ['SDK 2.x that probes the server', connect2({ versionNegotiation: { mode: 'auto' } })],
  ['SDK 2.x, stateless', connect2({ versionNegotiation: { mode: { pin: '2026-07-28' } } })],
] as const;

const ignore = (): undefined => undefined;

/** The start of a session in hosts such as editors: they list everything. */
async function session(client: AnyClient): Promise<void> {
  await client.listTools();
  await client.listPrompts().catch(ignore);
  await client.listResources().catch(ignore);
  expect(await client.callTool({ name: 'add', arguments: { a: 5, b: 3 } })).toMatchObject({ content: [{ text: '8' }] });
  // An error of the tool, an unknown tool, and invalid arguments.
  await client.callTool({ name: 'divide', arguments: { a: 1, b: 0 } }).catch(ignore);
  await client.callTool({ name: 'no-such-tool', arguments: {} }).catch(ignore);
  await client.callTool({ name: 'add', arguments: { a: 'five' } }).catch(ignore);
  await client.close();
}

/** A request that a client can also send on its own. */
const ask = (path: string, method: string): Promise<Response> =>
  fetch(gateway.proxyUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: {} }),
  });

/** The series of a metric and their values. */
async function seriesOf(name: string): Promise<(readonly [labels: string, value: number])[]> {
  const text = await plugins.metrics.registry.metrics();
  return [...text.matchAll(new RegExp(`^${name}\\{(.*)\\} (\\d+)$`, 'gm'))].map(
    ([, labels = '', value]) => [labels, Number(value)] as const,
  );
}

it.each(clients)('counts no server fault for a session of %s with a server that only has tools', async (_, connect) => {
  await session(await connect('/tools-only/mcp'));
  for (const method of ['server/discover', 'prompts/list', 'resources/list', 'resources/templates/list', 'x/y']) {
    await (await ask('/tools-only/mcp', method)).text();
  }
  const labels = (await seriesOf('mcp_gateway_requests_total')).map(([text]) => text);
  expect(labels.filter((text) => text.includes('fault="server"'))).toEqual([]);
  expect(labels.filter((text) => text.includes('"tools/call",status="ok"'))).not.toEqual([]);
});

it('counts a call whose stream the server closes early, to be resumed, with its response', async () => {
  const client = await connect1('/full');
  expect(await client.callTool({ name: 'leave', arguments: {} })).toMatchObject({ content: [{ text: 'came back' }] });
  await client.close();
  expect(full.resumedAfter).toHaveLength(1);
  await until(async () => {
    const series = await seriesOf('mcp_gateway_requests_total');
    return series.some(([text]) => /"tools\/call",status="ok",namespace="full"/.test(text));
  }, 'the call to be counted');
  const failed = (await seriesOf('mcp_gateway_requests_total')).filter(([text]) => !text.includes('fault="none"'));
  expect(failed.filter(([text]) => text.includes('"full"'))).toEqual([]);
});

it('raises no alert and uses no error budget, for any number of sessions', async () => {
  const series = await seriesOf('mcp_gateway_requests_total');
  const failures = series.filter(([labels]) => labels.includes('fault="client"'));
  // Some requests did fail, so the test is meaningful.
  expect(failures.map(([labels]) => /method="(.*?)"/.exec(labels)?.[1])).toEqual(
    expect.arrayContaining(['prompts/list', 'resources/list', 'tools/call']),
  );
  const check = {
    rule_files: ['alerts.yml', 'slo.yml'].map((file) => dockerFolder('prometheus', 'rules', file)),
    evaluation_interval: '1m',
    group_eval_order: ['slo-budgets', 'slo-events', 'slo-ratios', 'slo-long-ratios', 'slo-burn-alerts'],
    tests: [
      {
        interval: '1m',
        input_series: series.map(([labels, value]) => ({
          series: `mcp_gateway_requests_total{${labels}}`,
          values: `0+${value}x90`,
        })),
        alert_rule_test: ['McpHighErrorRate', 'SloBurnsFast', 'SloBurns'].map((alertname) => ({
          alertname,
          eval_time: '80m',
          exp_alerts: [],
        })),
        promql_expr_test: [
          {
            expr: 'slo:bad_events:ratio1h{slo="mcp-success"}',
            eval_time: '80m',
            exp_samples: [{ labels: 'slo:bad_events:ratio1h{slo="mcp-success"}', value: 0 }],
          },
        ],
      },
    ],
  };
  const file = join(folder, 'sessions.yml');
  writeFileSync(file, stringify(check));
  const { status, stdout, stderr } = promtool('test', 'rules', file);
  expect([status, `${stdout}${stderr}`.includes('FAILED') ? stdout + stderr : '']).toEqual([0, '']);
});
