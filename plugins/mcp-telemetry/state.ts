import type { ReadUpstreamHealth, Resources } from '../../kong/pdk';
import { prepareTelemetry, type TelemetryState } from '../shared/telemetry/telemetry-state';
import { setBackendState } from './counting/count-exchange';
import { HealthPoller, type HealthPollerOptions } from './health/health-poller';
import {
  exchangeMetricsOf,
  mcpMetricsOf,
  OPEN_STREAMS,
  PREFIX,
  type ExchangeMetrics,
  type McpMetrics,
} from './metrics';
import { DeferredMessages } from './operations/deferred';
import type { Config } from './schema';

/** What one configuration keeps while it is active. */
export interface State extends TelemetryState {
  readonly config: Config;
  readonly metrics: McpMetrics;
  readonly exchanges: ExchangeMetrics;
  /** Undefined without `kong_status_url`. */
  readonly health: HealthPoller | undefined;
  readonly deferred: DeferredMessages;
}

/** The key in `kong.ctx.shared` of the span that the access phase started. */
export const STARTED_SPAN_KEY = 'mcp_telemetry';

/**
 * @param read asks Kong for the health of a backend
 * @throws Error naming the field if a pattern in `redact_patterns` does not compile
 */
export function prepare(config: Config, resources: Resources, read: ReadUpstreamHealth): State {
  const { metrics, now } = resources;
  const exchanges = exchangeMetricsOf(metrics);
  resources.health?.count('sessions_active', () => exchanges.sessions.activeAt(now()));
  const onState: HealthPollerOptions['onState'] = (backend, state) => {
    setBackendState(exchanges, backend, state);
  };
  const { kong_status_url: url } = config;
  return {
    ...prepareTelemetry(config, resources, { prefix: PREFIX, openStreams: OPEN_STREAMS }),
    config,
    metrics: mcpMetricsOf(metrics, config.operation_role),
    exchanges,
    health:
      url === undefined ? undefined : new HealthPoller({ url, intervalMs: config.health_interval, read, onState }),
    deferred: new DeferredMessages(config.max_deferred, now),
  };
}

/** Reports the waiting messages, exports the queued spans within a bounded time, and closes the exporters. */
export function dispose({ deferred, health, spans }: State): Promise<void> {
  health?.close();
  deferred.close();
  return spans.shutdown();
}
