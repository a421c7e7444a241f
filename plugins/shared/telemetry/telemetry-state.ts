import type { Log, LogRecord, Resources } from '../../../kong/pdk';
import type { Capture } from '../captured-body/capture';
import { warnOfOldCapture } from '../captured-body/warn-of-old-capture';
import { sessionIdFormatOf, type FormatSessionId } from '../mcp/session-hash';
import { VERSION } from '../runtime/version';
import { openSpanSink, type SpanSink } from './export/span-sink';
import { targetsOf } from './export/target';
import type { TelemetryConfig } from './kong-telemetry-fields';
import { logEntryOf, type LogEntry } from './log-entry';
import { createLogWriter, type LogWriter } from './log-writer';
import { openStreamsOf, type OpenStreams, type OpenStreamsGauge } from './open-streams';
import { createRedactor, type Redactor } from './redaction/redact';
import type { StartedSpan } from './spans/started-span';

/** What one configuration of a telemetry plugin keeps while it is active. */
export interface TelemetryState {
  readonly openStreams: OpenStreams;
  readonly spans: SpanSink;
  readonly redact: Redactor;
  readonly formatSessionId: FormatSessionId;
  readonly lines: LogWriter;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What differs between the telemetry plugins. */
interface TelemetryPlugin {
  /** The prefix of the names of the plugin's own metrics, such as `llm_telemetry`. */
  readonly prefix: string;
  readonly openStreams: OpenStreamsGauge;
}

/**
 * Opens the span exporters and prepares what both telemetry plugins need.
 *
 * @throws Error naming the field if a pattern in `redact_patterns` does not compile
 */
export function prepareTelemetry(
  config: TelemetryConfig,
  { metrics, env, log, now }: Resources,
  { prefix, openStreams }: TelemetryPlugin,
): TelemetryState {
  const redact = createRedactor(config.redact_patterns);
  const sink = { targets: targetsOf(config, VERSION, env), maxProjects: config.max_projects, prefix };
  return {
    openStreams: openStreamsOf(metrics, openStreams),
    spans: openSpanSink(sink, { metrics, log, now }),
    redact,
    formatSessionId: sessionIdFormatOf(config, env),
    lines: createLogWriter(config, { log, metrics, now }, prefix),
    log,
    now,
  };
}

/** The facts of the log phase that both telemetry plugins read. */
interface LogFacts {
  readonly entry: LogRecord | undefined;
  readonly capture: Capture | undefined;
  readonly started: StartedSpan | undefined;
}

/**
 * The first steps of the log phase: closes the request's open stream, checks the version of the capture, and reads
 * Kong's log entry; undefined if it cannot be read.
 */
export function finishedRequest(
  { openStreams, log }: TelemetryState,
  { entry, capture, started }: LogFacts,
  plugin: string,
): LogEntry | undefined {
  if (started) openStreams.close(started.ids.spanId);
  if (capture) warnOfOldCapture(capture, log, plugin);
  return logEntryOf(entry);
}
