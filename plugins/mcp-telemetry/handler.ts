import { proceed, read, type FactsOf, type Outcome } from '../../kong/pdk';
import { CAPTURE_KEY, captureFromShared } from '../shared/captured-body/capture';
import { DENIAL_KEY, denialFromShared } from '../shared/mcp/denial';
import { fromShared, SUMMARY_KEY } from '../shared/mcp/message-summary';
import { parseLogEntry, type LogEntry } from '../shared/telemetry/log-entry';
import { projectOf } from '../shared/telemetry/spans/project';
import { startedSpanFromShared, type StartedSpan } from '../shared/telemetry/spans/started-span';
import { startRequest } from './access';
import { countExchange } from './counting/count-exchange';
import { reportLateResponses } from './late-responses';
import { lineOfExchange, lineOfOperation } from './log-line';
import { countOperation, countUnreadable } from './metrics';
import { describeExchange } from './operations/describe-exchange';
import { toolOf, type Operation } from './operations/operation';
import { outcomeOfExchange } from './operations/outcome';
import { readMessages } from './requests/client-messages';
import { mirroredMessage } from './requests/mirrored-message';
import { responsesByHead, readResponses } from './responses/read-responses';
import { sessionKeyIn } from './sessions/session-id';
import { spanOf } from './span/span';
import { streamSpanOf } from './span/stream-span';
import { STARTED_SPAN_KEY, type State } from './state';
import { openedStream } from './streams';

/** What the access phase reads, where an option asks for it. */
export const accessReads = {
  method: read.method(),
  headers: read.headers(),
  service: read.serviceName(),
  requestId: read.requestId(),
  summary: read.shared(SUMMARY_KEY, fromShared),
};

/** Lets the request go on, with the effects that are opted in. */
export const access = (state: State, facts: FactsOf<typeof accessReads>): Outcome =>
  proceed(startRequest(state, facts));

/** What the log phase reads: Kong's log entry, the captured bytes, what our guards said of the request, and what was started. */
export const reads = {
  entry: read.logEntry(),
  capture: read.shared(CAPTURE_KEY, captureFromShared),
  summary: read.shared(SUMMARY_KEY, fromShared),
  denial: read.shared(DENIAL_KEY, denialFromShared),
  started: read.shared(STARTED_SPAN_KEY, startedSpanFromShared),
};

type Facts = FactsOf<typeof reads>;

/** Tells of each message that a request carried, and of the stream that a GET opened. */
export async function log(state: State, facts: Facts): Promise<void> {
  if (facts.started) state.openStreams.close(facts.started.ids.spanId);
  const entry = parseLogEntry(facts.entry);
  if (!entry) {
    state.metrics.parseErrors.inc({ what: 'log_entry' });
    return;
  }
  countExchange(state.exchanges, entry, state.config, state.health);
  if (entry.method === 'POST') await reportMessages(state, entry, facts);
  else await reportStream(state, entry, facts);
}

async function reportMessages(
  state: State,
  entry: LogEntry,
  { capture, denial, summary, started }: Facts,
): Promise<void> {
  const { config, metrics, lines, formatSessionId } = state;
  const { messages, readable } = readMessages(summary, capture?.request, mirroredMessage(entry));
  if (!readable) {
    const outcome = outcomeOfExchange(entry, denial);
    countUnreadable(metrics, outcome, entry, config);
    lines.write(lineOfExchange(entry, outcome, denial, config, formatSessionId), false);
  }
  if (messages.length === 0) return;
  const responses = capture
    ? await readResponses(entry, capture.response, config.max_buffer_bytes)
    : responsesByHead(entry);
  const operations = describeExchange({ entry, capture, denial, summary }, messages, responses, formatSessionId);
  operations.forEach((operation, index) => {
    const hasSpan = index < config.max_messages;
    const finish = (finished: Operation): void => {
      reportOperation(state, finished, hasSpan, index === 0 ? started : undefined);
    };
    deferOrFinish(state, operation, finish);
  });
  if (capture) countSize(state, operations, capture.response.totalBytes);
}

/** A message whose response was put off waits for it, where the session says whose it is. */
function deferOrFinish({ deferred }: State, operation: Operation, finish: (operation: Operation) => void): void {
  const { outcome, message, entry } = operation;
  const session = sessionKeyIn(entry);
  if (outcome.status === 'deferred' && message.id !== undefined && session !== undefined) {
    deferred.hold(session, message.id, operation, finish);
  } else finish(operation);
}

function reportOperation(state: State, operation: Operation, hasSpan: boolean, started: StartedSpan | undefined): void {
  const { config, metrics, spans, redact, lines } = state;
  countOperation(metrics, operation, config);
  lines.write(lineOfOperation(operation, config, redact), toolOf(operation) !== undefined);
  if (hasSpan) spans.record(spanOf(operation, started, config, redact), projectOf(operation.entry, config));
}

function countSize({ metrics }: State, operations: readonly Operation[], bytes: number): void {
  const [first, second] = operations;
  if (first) metrics.observeSize(first, second !== undefined, bytes);
}

/** A request without a body, GET or DELETE, carries no message. */
async function reportStream(state: State, entry: LogEntry, { capture, denial, started }: Facts): Promise<void> {
  const { config, spans, lines, formatSessionId } = state;
  const outcome = outcomeOfExchange(entry, denial);
  // A server without streams or sessions responses 405, which is no failure.
  if (outcome.status !== 'ok' && entry.status !== 405) {
    lines.write(lineOfExchange(entry, outcome, denial, config, formatSessionId), false);
  }
  const stream = openedStream(entry);
  if (!stream) return;
  spans.record(streamSpanOf(entry, stream, capture, started, config, formatSessionId), projectOf(entry, config));
  if (capture) await reportLateResponses(state, entry, capture);
}
