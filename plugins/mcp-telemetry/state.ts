import type { Metrics, Resources } from '../../kong/pdk';
import { sessionIdFormatOf, type FormatSessionId } from '../shared/mcp/session-hash';
import { PerProcess } from '../shared/runtime/per-process';
import { VERSION } from '../shared/runtime/version';
import { openSpanSink, type SpanSink } from '../shared/telemetry/export/span-sink';
import { targetsOf } from '../shared/telemetry/export/target';
import { createLogWriter, type LogWriter } from '../shared/telemetry/log-writer';
import { OpenStreams } from '../shared/telemetry/open-streams';
import { createRedactor, type Redactor } from '../shared/telemetry/redaction/redact';
import { exchangeMetricsOf, setBackendState, type ExchangeMetrics } from './counting/count-exchange';
import { HealthPoller, type HealthPollerOptions } from './health/health-poller';
import { mcpMetricsOf, type McpMetrics } from './metrics';
import { DeferredMessages } from './operations/deferred';
import type { Config } from './schema';

/** What a configuration needs while it lives. */
export interface State {
  readonly config: Config;
  readonly metrics: McpMetrics;
  readonly exchanges: ExchangeMetrics;
  readonly health: HealthPoller | undefined;
  readonly openStreams: OpenStreams;
  readonly deferred: DeferredMessages;
  readonly spans: SpanSink;
  readonly redact: Redactor;
  readonly formatSessionId: FormatSessionId;
  readonly lines: LogWriter;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The key in `kong.ctx.shared` of the span that the access phase began. */
export const STARTED_SPAN_KEY = 'mcp_telemetry';

const PREFIX = 'mcp_telemetry';

/** @throws Error naming the field when a pattern of the configuration does not compile */
export function prepare(config: Config, { metrics, env, log, now }: Resources): State {
  const redact = createRedactor(config.redact_patterns);
  const sink = { targets: targetsOf(config, VERSION, env), maxProjects: config.max_projects, prefix: PREFIX };
  const exchanges = exchangeMetricsOf(metrics);
  const onState: HealthPollerOptions['onState'] = (backend, state) => {
    setBackendState(exchanges, backend, state);
  };
  const { kong_status_url: url } = config;
  return {
    config,
    metrics: mcpMetricsOf(metrics, config.operation_role),
    exchanges,
    health: url === undefined ? undefined : new HealthPoller({ url, intervalMs: config.health_interval, onState }),
    openStreams: openStreamsOf(metrics),
    deferred: new DeferredMessages(config.max_deferred, now),
    spans: openSpanSink(sink, { metrics, log, now }),
    redact,
    formatSessionId: sessionIdFormatOf(config, env),
    lines: createLogWriter(config, { log, metrics, now }, PREFIX),
    now,
  };
}

/** Flushes and closes the way of the spans, within its bounded time. */
export function dispose({ deferred, health, spans }: State): Promise<void> {
  health?.close();
  deferred.close();
  return spans.shutdown();
}

const perProcess = new PerProcess<OpenStreams>();

function openStreamsOf(metrics: Metrics): OpenStreams {
  return perProcess.get(metrics, PREFIX, () => {
    const active = metrics.gauge({
      name: 'mcp_gateway_connections_active',
      help: 'Streams from servers that are open, where track_open_streams is on',
      labelNames: ['transport'],
    });
    return new OpenStreams((transport, change) => {
      active.inc({ transport }, change);
    });
  });
}
