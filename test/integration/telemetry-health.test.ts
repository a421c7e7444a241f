import { stringify } from 'yaml';
import { startTestGateway, type TestGateway } from '../../kong/testkit/gateway';
import { send } from '../../kong/testkit/http';
import { servePlugins, type ServedPlugins } from '../../kong/testkit/serve-plugins';
import { until } from '../../kong/testkit/until';
import { startUpstream, type TestUpstream } from '../../kong/testkit/upstream';
import { mcpTelemetry } from '../../plugins/mcp-telemetry';

/** The health of a backend from Kong's own checks: without any call. */
let served: ServedPlugins;
let gateway: TestGateway;
let upstream: TestUpstream;
let answersHealth = true;

beforeAll(async () => {
  upstream = await startUpstream((incoming, outgoing) => {
    incoming.resume();
    outgoing.statusCode = incoming.url === '/health' && !answersHealth ? 500 : 200;
    outgoing.end('{}');
  });
  served = await servePlugins([mcpTelemetry]);
});

afterAll(async () => {
  await gateway.close();
  await served.stop();
  await upstream.close();
});

async function eventually(...lines: string[]): Promise<void> {
  await until(async () => {
    const text = await served.metrics.registry.metrics();
    return lines.every((line) => text.includes(line));
  }, lines.join());
}

const circuit = (state: string, value: number) =>
  `mcp_gateway_circuit_breaker_state{namespace="calc",state="${state}"} ${value}\n`;

it('shows a backend that fails its checks, and its recovery, without a call', async () => {
  // The configuration names the address of the gateway that reads it.
  const adminPort = await freePort();
  const config = {
    kong_status_url: `http://127.0.0.1:${adminPort}/`,
    health_interval: 100,
    otlp_url: 'http://127.0.0.1:1/',
    log_errors: false,
  };
  gateway = await startTestGateway({
    kongYml: stringify({
      services: [
        {
          name: 'calc',
          host: 'calc-upstream',
          routes: [{ name: 'calc', paths: ['/calc'] }],
          plugins: [{ name: 'mcp-telemetry', config }],
        },
      ],
      upstreams: [
        {
          name: 'calc-upstream',
          targets: [{ target: `127.0.0.1:${upstream.port}` }],
          healthchecks: {
            active: {
              http_path: '/health',
              healthy: { interval: 0.05, successes: 1 },
              unhealthy: { interval: 0.05, http_failures: 1, http_statuses: [500] },
            },
          },
        },
      ],
    }),
    settings: { ...served.settings, admin_listen: `127.0.0.1:${adminPort}` },
  });
  await send(`${gateway.proxyUrl}/calc`, { method: 'POST' }, '{"jsonrpc":"2.0","id":1,"method":"ping"}');
  await eventually(
    'mcp_gateway_backend_health{backend="calc",namespace="calc"} 1\n',
    circuit('closed', 1),
    circuit('open', 0),
  );
  answersHealth = false;
  await eventually(
    'mcp_gateway_backend_health{backend="calc",namespace="calc"} 0\n',
    circuit('closed', 0),
    circuit('open', 1),
  );
  answersHealth = true;
  await eventually(
    'mcp_gateway_backend_health{backend="calc",namespace="calc"} 1\n',
    circuit('closed', 1),
    circuit('open', 0),
  );
});

async function freePort(): Promise<number> {
  const { port, close } = await startUpstream();
  await close();
  return port;
}
