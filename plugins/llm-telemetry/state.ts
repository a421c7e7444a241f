import type { Metrics, Resources } from '../../kong/pdk';
import { sessionIdFormatOf, type FormatSessionId } from '../shared/mcp/session-hash';
import { PerProcess } from '../shared/runtime/per-process';
import { VERSION } from '../shared/runtime/version';
import { openSpanSink, type SpanSink } from '../shared/telemetry/export/span-sink';
import { targetsOf } from '../shared/telemetry/export/target';
import { createLogWriter, type LogWriter } from '../shared/telemetry/log-writer';
import { OpenStreams } from '../shared/telemetry/open-streams';
import { createRedactor, type Redactor } from '../shared/telemetry/redaction/redact';
import { llmMetricsOf, type LlmMetrics } from './metrics';
import type { Config } from './schema';

/** What a configuration needs while it lives. */
export interface State {
  readonly config: Config & { readonly formatSessionId: FormatSessionId };
  readonly metrics: LlmMetrics;
  readonly openStreams: OpenStreams;
  readonly spans: SpanSink;
  readonly redact: Redactor;
  readonly lines: LogWriter;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The key in `kong.ctx.shared` of the span that the access phase began. */
export const STARTED_SPAN_KEY = 'llm_telemetry';

const PREFIX = 'llm_telemetry';

/** @throws Error naming the field when a pattern of the configuration does not compile */
export function prepare(config: Config, { metrics, env, log, now }: Resources): State {
  const redact = createRedactor(config.redact_patterns);
  const sink = { targets: targetsOf(config, VERSION, env), maxProjects: config.max_projects, prefix: PREFIX };
  return {
    config: { ...config, formatSessionId: sessionIdFormatOf(config, env) },
    metrics: llmMetricsOf(metrics),
    openStreams: openStreamsOf(metrics),
    spans: openSpanSink(sink, { metrics, log, now }),
    redact,
    lines: createLogWriter(config, { log, metrics, now }, PREFIX),
    now,
  };
}

/** Flushes and closes the way of the spans, within its bounded time. */
export const dispose = (state: State): Promise<void> => state.spans.shutdown();

/** Our own exports may pass the gateway on a route with this plugin: they are left alone, or each would make another. */
export const isOwnExport = (userAgent: string | undefined): boolean =>
  userAgent?.includes('OTel-OTLP-Exporter-JavaScript/') ?? false;

const perProcess = new PerProcess<OpenStreams>();

function openStreamsOf(metrics: Metrics): OpenStreams {
  return perProcess.get(metrics, PREFIX, () => {
    const active = metrics.gauge({
      name: 'llm_active_streams',
      help: 'Streamed answers that are under way, where track_open_streams is on',
      labelNames: ['kong_service'],
    });
    return new OpenStreams((kong_service, change) => {
      active.inc({ kong_service }, change);
    });
  });
}
