import { proceed, read, type FactsOf, type Outcome } from '../../kong/pdk';
import { CAPTURE_KEY, captureFromShared } from '../shared/captured-body/capture';
import { DENIAL_KEY, denialFromShared } from '../shared/mcp/denial';
import { identityFromShared, IDENTITY_KEY } from '../shared/mcp/identity';
import { summaryFromShared, SUMMARY_KEY } from '../shared/mcp/message-summary';
import type { LogEntry } from '../shared/telemetry/log-entry';
import { projectOf } from '../shared/telemetry/spans/project';
import { startedSpanFromShared, type StartedSpan } from '../shared/telemetry/spans/started-span';
import { finishedRequest } from '../shared/telemetry/telemetry-state';
import { startRequest } from './access';
import { countExchange } from './counting/count-exchange';
import { countOperation, countSize, countUnreadable } from './counting/count-operation';
import { reportLateResponses } from './late-responses';
import { levelOf, lineOfExchange, lineOfOperation } from './log-line';
import { describeExchange } from './operations/describe-exchange';
import { toolOf, type Operation } from './operations/operation';
import { outcomeOfExchange } from './operations/outcome';
import { readMessages } from './requests/client-messages';
import { mirroredMessage } from './requests/mirrored-message';
import { readResponses, responsesByHead } from './responses/read-responses';
import { fieldsWithAccess } from './schema';
import { sessionKeyIn } from './sessions/session-id';
import { spanOf } from './span/span';
import { streamSpanOf } from './span/stream-span';
import { STARTED_SPAN_KEY, type State } from './state';
import { openedStream } from './streams';
import { withIdentity } from './with-identity';

/** The facts of the access phase, which runs only if an option needs it; those of open streams only if they are counted. */
export const accessReads = ({ config }: Pick<State, 'config'>) => ({
  method: read.method(),
  headers: read.headers(),
  service: config.track_open_streams ? read.serviceName() : read.known(''),
  requestId: config.track_open_streams ? read.requestId() : read.known(''),
  summary: read.shared(SUMMARY_KEY, summaryFromShared),
});

/** Passes the request on, with the effects of the options that are on. */
export const access = (state: State, facts: FactsOf<ReturnType<typeof accessReads>>): Outcome =>
  proceed(startRequest(state, facts));

/** The facts of the log phase. */
export const reads = ({ config }: Pick<State, 'config'>) => ({
  entry: read.logEntry(),
  capture: read.shared(CAPTURE_KEY, captureFromShared),
  summary: read.shared(SUMMARY_KEY, summaryFromShared),
  denial: read.shared(DENIAL_KEY, denialFromShared),
  identity: read.shared(IDENTITY_KEY, identityFromShared),
  // Only the access phase writes it.
  started:
    fieldsWithAccess(config).length > 0 ? read.shared(STARTED_SPAN_KEY, startedSpanFromShared) : read.known(undefined),
});

type Facts = FactsOf<ReturnType<typeof reads>>;

/** Reports each message of a request, and the stream that a GET opened. */
export async function log(state: State, facts: Facts): Promise<void> {
  const finished = finishedRequest(state, facts, 'mcp-telemetry');
  if (!finished) {
    state.metrics.parseErrors.inc({ what: 'log_entry' });
    return;
  }
  const entry = withIdentity(finished, facts.identity);
  countExchange(state.exchanges, entry, facts.identity, state.config, state.health);
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
  if (capture) countSize(metrics, operations, capture.response.totalBytes);
}

/** A message with a deferred response waits for it, if the exchange names a session. */
function deferOrFinish({ deferred }: State, operation: Operation, finish: (operation: Operation) => void): void {
  const { outcome, message, entry } = operation;
  const session = outcome.status === 'deferred' ? sessionKeyIn(entry) : undefined;
  if (message.id !== undefined && session !== undefined) deferred.add(session, message.id, operation, finish);
  else finish(operation);
}

function reportOperation(state: State, operation: Operation, hasSpan: boolean, started: StartedSpan | undefined): void {
  const { config, metrics, spans, redact, lines } = state;
  countOperation(metrics, operation, config);
  const isAudited = toolOf(operation) !== undefined;
  if (lines.wants(levelOf(operation.outcome.status), isAudited)) {
    lines.write(lineOfOperation(operation, config, redact), isAudited);
  }
  if (hasSpan) spans.record(spanOf(operation, started, config, redact), projectOf(operation.entry, config));
}

/** Reports a GET or DELETE: its request has no body, so it carries no message. */
async function reportStream(state: State, entry: LogEntry, { capture, denial, started }: Facts): Promise<void> {
  const { config, spans, lines, formatSessionId } = state;
  const outcome = outcomeOfExchange(entry, denial);
  // A server without streams or sessions responds with 405, which is no failure.
  if (outcome.status !== 'ok' && entry.status !== 405) {
    lines.write(lineOfExchange(entry, outcome, denial, config, formatSessionId), false);
  }
  const stream = openedStream(entry);
  if (!stream) return;
  spans.record(streamSpanOf(entry, stream, capture, started, config, formatSessionId), projectOf(entry, config));
  if (capture) await reportLateResponses(state, entry, capture);
}
