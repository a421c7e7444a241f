import { read, type FactsOf, type Resources } from '../../kong/pdk';
import { CAPTURE_KEY, captureFromShared } from '../shared/capture';
import { DENIAL_KEY, denialFromShared } from '../shared/denial';
import { parseLogEntry } from '../shared/log-entry';
import { fromShared, SUMMARY_KEY } from '../shared/message-summary';
import { createRedactor, type Redactor } from '../shared/redact';
import type { Pipeline } from '../shared/traces/pipeline';
import { acquirePipeline } from '../shared/traces/pipelines';
import { targetOf } from '../shared/traces/target';
import { VERSION } from '../shared/version';
import { NO_ANSWERS, readAnswers } from './answers';
import { describeExchange } from './describe-exchange';
import { countExchange, exchangeMetricsOf, type ExchangeMetrics } from './exchange-metrics';
import { readMessages } from './messages';
import { countOperation, countUnreadable, mcpMetricsOf, type McpMetrics } from './metrics';
import type { Config } from './schema';
import { spanOf } from './span';
import { judge } from './status';

/** What a configuration needs while it lives. */
export interface State {
  readonly config: Config;
  readonly metrics: McpMetrics;
  readonly exchanges: ExchangeMetrics;
  readonly spans: Pipeline;
  readonly redact: Redactor;
}

/** All that is read: Kong's log entry, the captured bytes, and what our guards said of the request. */
export const reads = {
  entry: read.logEntry(),
  capture: read.shared(CAPTURE_KEY, captureFromShared),
  summary: read.shared(SUMMARY_KEY, fromShared),
  denial: read.shared(DENIAL_KEY, denialFromShared),
};

export function prepare(config: Config, { metrics, env }: Resources): State {
  return {
    config,
    metrics: mcpMetricsOf(metrics),
    exchanges: exchangeMetricsOf(metrics),
    spans: acquirePipeline(targetOf(config, VERSION, env), metrics, 'mcp_telemetry'),
    redact: createRedactor(config.redact_patterns),
  };
}

/** Flushes and closes the way of the spans, within its bounded time. */
export const dispose = (state: State): Promise<void> => state.spans.shutdown();

/** Tells of each message that a request carried. A request without a body, GET or DELETE, carries none. */
export async function log(state: State, { entry: text, ...facts }: FactsOf<typeof reads>): Promise<void> {
  const { config, metrics, spans, redact } = state;
  const entry = parseLogEntry(text);
  if (!entry) {
    metrics.parseErrors.inc({ what: 'log_entry' });
    return;
  }
  countExchange(state.exchanges, entry, config);
  if (entry.method !== 'POST') return;
  const { capture, denial } = facts;
  const { messages, readable } = readMessages(facts.summary, capture?.request);
  if (!readable) {
    const { status } = judge({ entry, denial, expectsAnswer: false, answer: undefined, responseComplete: false });
    countUnreadable(metrics, status, entry.route, config);
  }
  if (messages.length === 0) return;
  const answers = capture ? await readAnswers(entry, capture.response, config.max_buffer_bytes) : NO_ANSWERS;
  describeExchange({ entry, ...facts }, messages, answers).forEach((operation, index) => {
    countOperation(metrics, operation, config);
    if (index < config.max_messages) spans.record(spanOf(operation, config, redact));
  });
}
