import { proceed, read, type FactsOf, type Outcome } from '../../kong/pdk';
import { CAPTURE_KEY, captureFromShared } from '../shared/capture';
import { DENIAL_KEY, denialFromShared } from '../shared/denial';
import { parseLogEntry, type LogEntry } from '../shared/log-entry';
import { fromShared, SUMMARY_KEY } from '../shared/message-summary';
import { begunFromShared } from '../shared/traces/begun-span';
import { projectOf } from '../shared/traces/project';
import { beginRequest } from './access';
import { NO_ANSWERS, readAnswers } from './answers';
import { describeExchange } from './describe-exchange';
import { countExchange } from './exchange-metrics';
import { lineOfExchange, lineOfOperation } from './log-line';
import { readMessages } from './messages';
import { countOperation, countUnreadable } from './metrics';
import { mirroredMessage } from './mirrored-message';
import { toolOf } from './operation';
import { spanOf } from './span';
import { BEGUN_KEY, type State } from './state';
import { judge } from './status';
import { streamOpenedBy } from './stream';
import { streamSpanOf } from './stream-span';

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
  proceed(beginRequest(state, facts));

/** What the log phase reads: Kong's log entry, the captured bytes, what our guards said of the request, and what was begun. */
export const reads = {
  entry: read.logEntry(),
  capture: read.shared(CAPTURE_KEY, captureFromShared),
  summary: read.shared(SUMMARY_KEY, fromShared),
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
  else tellOfStream(state, entry, facts);
}

async function tellOfMessages(
  state: State,
  entry: LogEntry,
  { capture, denial, summary, begun }: Facts,
): Promise<void> {
  const { config, metrics, spans, redact, lines } = state;
  const { messages, readable } = readMessages(summary, capture?.request, mirroredMessage(entry));
  if (!readable) {
    const { status } = judge({ entry, denial, expectsAnswer: false, answer: undefined, responseComplete: false });
    countUnreadable(metrics, status, entry.route, config);
    lines.write(lineOfExchange(entry, status, denial, config), false);
  }
  if (messages.length === 0) return;
  const answers = capture ? await readAnswers(entry, capture.response, config.max_buffer_bytes) : NO_ANSWERS;
  const project = projectOf(entry, config);
  describeExchange({ entry, capture, denial, summary }, messages, answers).forEach((operation, index) => {
    countOperation(metrics, operation, config);
    lines.write(lineOfOperation(operation, config, redact), toolOf(operation) !== undefined);
    if (index >= config.max_messages) return;
    spans.record(spanOf(operation, index === 0 ? begun : undefined, config, redact), project);
  });
}

/** A request without a body, GET or DELETE, carries no message. */
function tellOfStream({ config, spans, lines }: State, entry: LogEntry, { capture, denial, begun }: Facts): void {
  const { status } = judge({ entry, denial, expectsAnswer: false, answer: undefined, responseComplete: false });
  // A server without streams or sessions answers 405, which is no failure.
  if (status !== 'ok' && entry.status !== 405) lines.write(lineOfExchange(entry, status, denial, config), false);
  const stream = streamOpenedBy(entry);
  if (stream) spans.record(streamSpanOf(entry, stream, capture, begun, config), projectOf(entry, config));
}
