import { proceed, read, type FactsOf, type Outcome } from '../../kong/pdk';
import { CAPTURE_KEY, captureFromShared } from '../shared/captured-body/capture';
import { DENIAL_KEY, denialFromShared } from '../shared/mcp/denial';
import { summaryFromShared, SUMMARY_KEY } from '../shared/mcp/message-summary';
import { parseLogEntry, type LogEntry } from '../shared/telemetry/log-entry';
import { begunFromShared, type BegunSpan } from '../shared/telemetry/traces/begun-span';
import { projectOf } from '../shared/telemetry/traces/project';
import { beginRequest } from './access';
import { answersByHead, readAnswers } from './answers/read-answers';
import { describeExchange } from './describe-exchange';
import { countExchange } from './exchange-metrics';
import { tellOfLateAnswers } from './late-answers';
import { lineOfExchange, lineOfOperation } from './log-line';
import { readMessages } from './messages';
import { countOperation, countUnreadable } from './metrics';
import { mirroredMessage } from './mirrored-message';
import { toolOf, type Operation } from './operation';
import { sessionKeyIn } from './session-id';
import { spanOf } from './span';
import { BEGUN_KEY, type State } from './state';
import { judgeExchange } from './status';
import { streamOpenedBy } from './stream';
import { streamSpanOf } from './stream-span';

/** What the access phase reads, where an option asks for it. */
export const accessReads = {
  method: read.method(),
  headers: read.headers(),
  service: read.serviceName(),
  requestId: read.requestId(),
  summary: read.shared(SUMMARY_KEY, summaryFromShared),
};

/** Lets the request go on, with the effects that are opted in. */
export const access = (state: State, facts: FactsOf<typeof accessReads>): Outcome =>
  proceed(beginRequest(state, facts));

/** What the log phase reads: Kong's log entry, the captured bytes, what our guards said of the request, and what was begun. */
export const reads = {
  entry: read.logEntry(),
  capture: read.shared(CAPTURE_KEY, captureFromShared),
  summary: read.shared(SUMMARY_KEY, summaryFromShared),
  denial: read.shared(DENIAL_KEY, denialFromShared),
  begun: read.shared(BEGUN_KEY, begunFromShared),
};

type Facts = FactsOf<typeof reads>;

/** Tells of each message that a request carried, and of the stream that a GET opened. */
export async function log(state: State, facts: Facts): Promise<void> {
  if (facts.begun) state.openStreams.close(facts.begun.ids.spanId);
  const entry = parseLogEntry(facts.entry);
  if (!entry) {
    state.metrics.parseErrors.inc({ what: 'log_entry' });
    return;
  }
  countExchange(state.exchanges, entry, state.config, state.health);
  if (entry.method === 'POST') await tellOfMessages(state, entry, facts);
  else await tellOfStream(state, entry, facts);
}

async function tellOfMessages(
  state: State,
  entry: LogEntry,
  { capture, denial, summary, begun }: Facts,
): Promise<void> {
  const { config, metrics, lines, tellSession } = state;
  const { messages, readable } = readMessages(summary, capture?.request, mirroredMessage(entry));
  if (!readable) {
    const verdict = judgeExchange(entry, denial);
    countUnreadable(metrics, verdict, entry, config);
    lines.write(lineOfExchange(entry, verdict, denial, config, tellSession), false);
  }
  if (messages.length === 0) return;
  const answers = capture ? await readAnswers(entry, capture.response, config.max_buffer_bytes) : answersByHead(entry);
  const operations = describeExchange({ entry, capture, denial, summary }, messages, answers, tellSession);
  operations.forEach((operation, index) => {
    const hasSpan = index < config.max_messages;
    const finish = (finished: Operation): void => {
      tellOf(state, finished, hasSpan, index === 0 ? begun : undefined);
    };
    holdOrFinish(state, operation, finish);
  });
  if (capture) countSize(state, operations, capture.response.totalBytes);
}

/** A message whose answer was put off waits for it, where the session says whose it is. */
function holdOrFinish({ deferred }: State, operation: Operation, finish: (operation: Operation) => void): void {
  const { verdict, message, entry } = operation;
  const session = sessionKeyIn(entry);
  if (verdict.status === 'deferred' && message.id !== undefined && session !== undefined) {
    deferred.hold(session, message.id, operation, finish);
  } else finish(operation);
}

function tellOf(state: State, operation: Operation, hasSpan: boolean, begun: BegunSpan | undefined): void {
  const { config, metrics, spans, redact, lines } = state;
  countOperation(metrics, operation, config);
  lines.write(lineOfOperation(operation, config, redact), toolOf(operation) !== undefined);
  if (hasSpan) spans.record(spanOf(operation, begun, config, redact), projectOf(operation.entry, config));
}

function countSize({ metrics }: State, operations: readonly Operation[], bytes: number): void {
  const [first, second] = operations;
  if (first) metrics.observeSize(first, second !== undefined, bytes);
}

/** A request without a body, GET or DELETE, carries no message. */
async function tellOfStream(state: State, entry: LogEntry, { capture, denial, begun }: Facts): Promise<void> {
  const { config, spans, lines, tellSession } = state;
  const verdict = judgeExchange(entry, denial);
  // A server without streams or sessions answers 405, which is no failure.
  if (verdict.status !== 'ok' && entry.status !== 405) {
    lines.write(lineOfExchange(entry, verdict, denial, config, tellSession), false);
  }
  const stream = streamOpenedBy(entry);
  if (!stream) return;
  spans.record(streamSpanOf(entry, stream, capture, begun, config, tellSession), projectOf(entry, config));
  if (capture) await tellOfLateAnswers(state, entry, capture);
}
