import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Balancer } from '../balancer/balancer';
import { WORKSPACE } from '../config/ids';
import { KONG_VERSION } from '../kong-version';
import { isTable, toText } from '../lua/value';
import type { Exchange } from '../request/exchange';
import { proxyLatency, responseLatency, waitingTime } from '../request/log-entry';
import type { PluginConfig } from '../request/plugin-config';
import type { PluginHandler } from '../request/plugin-handler';
import type { Runtime } from '../runtime/runtime';
import { configSchema, type BundledPlugin } from './bundled';

interface Config extends PluginConfig {
  readonly per_consumer: boolean;
  readonly status_code_metrics: boolean;
  readonly latency_metrics: boolean;
  readonly bandwidth_metrics: boolean;
  readonly upstream_health_metrics: boolean;
}

const KONG_BUCKETS = [1, 2, 5, 7, 10, 15, 20, 30, 50, 75, 100, 200, 500, 750, 1000, 3000, 6000];
const UPSTREAM_BUCKETS = [25, 50, 80, 100, 250, 400, 700, 1000, 2000, 5000, 10_000, 30_000, 60_000];

/** The plugin with its registry: Kong's names, labels and buckets (`plugins/prometheus/exporter.lua`). */
export interface PrometheusPlugin extends BundledPlugin {
  /** The metrics as text; `runtime` provides the health of the upstreams. */
  expose(runtime: Runtime): Promise<string>;
  /** The connections and requests of the proxy. */
  readonly traffic: { connections: number; active: number; requests: number };
}

/** Creates the plugin with its own registry. */
export function prometheus(): PrometheusPlugin {
  const registry = new Registry();
  const metrics = declare(registry);
  const traffic = { connections: 0, active: 0, requests: 0 };
  let exportsHealth = false;
  const handler: PluginHandler = {
    name: 'prometheus',
    priority: 13,
    version: KONG_VERSION,
    log(x, given) {
      const config = given as Config;
      exportsHealth = config.upstream_health_metrics;
      if (x.route) record(metrics, x, config);
    },
  };
  return {
    handler,
    schema,
    traffic,
    expose: (runtime) => {
      const node_id = runtime.nodeId;
      const subsystem = 'http';
      const { connections, active, requests } = traffic;
      const states = { accepted: connections, handled: connections, total: requests, active };
      for (const [state, value] of Object.entries(states))
        metrics.connections.set({ node_id, subsystem, state }, value);
      metrics.requests.set({ node_id, subsystem }, requests);
      metrics.datastore.set(1);
      metrics.node.set({ node_id, version: KONG_VERSION }, 1);
      metrics.health.reset();
      if (exportsHealth) for (const balancer of runtime.balancers.values()) setHealth(metrics, balancer);
      return registry.metrics();
    },
  };
}

function declare(registry: Registry) {
  const registers = [registry];
  const route = ['service', 'route'] as const;
  return {
    connections: new Gauge({
      name: 'kong_nginx_connections_total',
      help: 'Number of connections by subsystem',
      labelNames: ['node_id', 'subsystem', 'state'],
      registers,
    }),
    requests: new Gauge({
      name: 'kong_nginx_requests_total',
      help: 'Number of requests total',
      labelNames: ['node_id', 'subsystem'],
      registers,
    }),
    datastore: new Gauge({
      name: 'kong_datastore_reachable',
      help: 'Datastore reachable from Kong, 0 is unreachable',
      registers,
    }),
    node: new Gauge({
      name: 'kong_node_info',
      help: 'Kong Node metadata information',
      labelNames: ['node_id', 'version'],
      registers,
    }),
    health: new Gauge({
      name: 'kong_upstream_target_health',
      help: 'Health status of targets of upstream. States = healthchecks_off|healthy|unhealthy|dns_error, value is 1 when state is populated.',
      labelNames: ['upstream', 'target', 'address', 'state', 'subsystem'],
      registers,
    }),
    status: new Counter({
      name: 'kong_http_requests_total',
      help: 'HTTP status codes per consumer/service/route in Kong',
      labelNames: [...route, 'code', 'source', 'workspace', 'consumer'],
      registers,
    }),
    kongLatency: new Histogram({
      name: 'kong_kong_latency_ms',
      help: 'Latency added by Kong and enabled plugins for each service/route in Kong',
      labelNames: [...route, 'workspace'],
      buckets: KONG_BUCKETS,
      registers,
    }),
    upstreamLatency: new Histogram({
      name: 'kong_upstream_latency_ms',
      help: 'Latency added by upstream response for each service/route in Kong',
      labelNames: [...route, 'workspace'],
      buckets: UPSTREAM_BUCKETS,
      registers,
    }),
    totalLatency: new Histogram({
      name: 'kong_request_latency_ms',
      help: 'Total latency incurred during requests for each service/route in Kong',
      labelNames: [...route, 'workspace'],
      buckets: UPSTREAM_BUCKETS,
      registers,
    }),
    bandwidth: new Counter({
      name: 'kong_bandwidth_bytes',
      help: 'Total bandwidth (ingress/egress) throughput in bytes',
      labelNames: [...route, 'direction', 'workspace', 'consumer'],
      registers,
    }),
  };
}

function record(metrics: ReturnType<typeof declare>, x: Exchange, config: Config): void {
  const service = toText(x.service?.name ?? x.service?.host ?? '');
  const route = toText(x.route?.name ?? x.route?.id ?? '');
  const workspace = WORKSPACE.name;
  const username = config.per_consumer && isTable(x.consumer) ? x.consumer['username'] : undefined;
  const consumer = typeof username === 'string' ? toText(username) : '';
  if (config.bandwidth_metrics) {
    const { received, sent } = x.traffic();
    metrics.bandwidth.inc({ service, route, direction: 'ingress', workspace, consumer }, received);
    metrics.bandwidth.inc({ service, route, direction: 'egress', workspace, consumer }, sent);
  }
  if (config.status_code_metrics) {
    const source = x.source === 'service' ? 'service' : 'kong';
    metrics.status.inc({ service, route, code: String(x.status), source, workspace, consumer });
  }
  if (!config.latency_metrics) return;
  const labels = { service, route, workspace };
  metrics.totalLatency.observe(labels, x.now() - x.moments.start);
  const upstream = waitingTime(x);
  if (upstream !== undefined) metrics.upstreamLatency.observe(labels, upstream);
  metrics.kongLatency.observe(labels, proxyLatency(x) ?? responseLatency(x));
}

function setHealth(metrics: ReturnType<typeof declare>, balancer: Balancer): void {
  for (const { target, host, port, weight, health } of balancer.peers) {
    const now = !balancer.isChecked || weight === 0 ? 'healthchecks_off' : health.healthy ? 'healthy' : 'unhealthy';
    for (const state of ['healthchecks_off', 'healthy', 'unhealthy', 'dns_error']) {
      const labels = {
        upstream: balancer.upstream.name,
        target: target.target.includes(':') ? target.target : `${target.target}:${port}`,
        address: `${host}:${port}`,
        state,
        subsystem: 'http',
      };
      metrics.health.set(labels, state === now ? 1 : 0);
    }
  }
}

const flag = { type: 'boolean', default: false };

const schema: BundledPlugin['schema'] = configSchema([
  { per_consumer: flag },
  { status_code_metrics: flag },
  { ai_metrics: flag },
  { latency_metrics: flag },
  { bandwidth_metrics: flag },
  { upstream_health_metrics: flag },
]);
