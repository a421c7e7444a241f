import { MAX_HEADERS, proceed, read, reject, type FactsOf, type Outcome, type Warning } from '../../kong/pdk';
import { CAPTURE_KEY, captureFromShared } from '../shared/captured-body/capture';
import { warnOfOldCapture } from '../shared/captured-body/warn-of-old-capture';
import { denied } from '../shared/mcp/denial';
import { SUMMARY_KEY, summaryToShared } from '../shared/mcp/message-summary';
import { isLargeBody } from '../shared/runtime/side-thread/large-body';
import { parseLogEntry } from '../shared/telemetry/log-entry';
import { decide } from './decision/decide';
import type { Decision, Pass, Rejection } from './decision/decision';
import type { AnnouncedToolsOf } from './large-bodies/decide-in-thread';
import type { DecideResult } from './large-bodies/decide-task';
import { prepareListRequest } from './learning/lists/prepare-list-request';
import { needsWholeBody } from './paths/request-kind';
import type { State } from './state';

/** The facts of the access phase; the path only if the configuration has rules for paths. */
export const accessReads = ({ rules }: Pick<State, 'rules'>) => ({
  method: read.method(),
  path: rules.paths.areAllEndpoints ? read.known('') : read.upstreamPath(),
  headers: read.headers(),
  body: read.rawBody(),
  service: read.serviceName(),
});

type Facts = FactsOf<ReturnType<typeof accessReads>>;

/** The facts of the log phase. */
export const logReads = {
  entry: read.logEntry(),
  capture: read.shared(CAPTURE_KEY, captureFromShared),
};

const REPORT_HEADER = 'X-MCP-Validator-Report';
const NAME = 'mcp-validator';

/** Decides about the request. Returns a promise only if another thread decides. */
export function access(state: State, facts: Facts): Outcome | Promise<Outcome> {
  const { method, path, headers, body, service } = facts;
  const { rules, learner, decideInThread, metrics } = state;
  const observe = metrics.start();
  const httpFacts = { method, path, headers, headersTruncated: headers.size >= MAX_HEADERS, body };
  const caller = learner.callerOf(headers);
  const { isEnabled, hasPins } = learner.tools;
  const conclude = ({ decision, findings }: DecideResult): Outcome => {
    observe(service, decision);
    const outcome = withWarnings(
      outcomeOf(decision, service, state.mode),
      findings ? learner.recordFindings(service, findings) : [],
    );
    return isEnabled ? prepareListRequest(outcome, httpFacts, decision.summary, caller, hasPins) : outcome;
  };
  const announcedTools: AnnouncedToolsOf | undefined = isEnabled
    ? (names) => learner.tools.announcedTools(service, caller, names)
    : undefined;
  if (isLargeBody(body, rules.maxBodyBytes) && needsWholeBody(httpFacts, rules)) {
    return decideInThread(httpFacts, body.bytes, announcedTools).then(conclude);
  }
  const tools = learner.tools.knowledgeFor(service, caller);
  const decision = decide(httpFacts, rules, tools);
  if (body.kind === 'bytes' && tools && tools.findings.needsThread.length > 0) {
    return decideInThread(httpFacts, body.bytes, announcedTools).then(conclude);
  }
  return conclude({ decision, findings: tools?.findings });
}

function withWarnings(outcome: Outcome, warnings: readonly Warning[]): Outcome {
  return warnings.length > 0 ? { ...outcome, warnings: [...(outcome.warnings ?? []), ...warnings] } : outcome;
}

function outcomeOf(decision: Decision, service: string, mode: State['mode']): Outcome {
  if (decision.kind === 'pass') return passOutcome(decision, service);
  return mode === 'enforce' ? rejectOutcome(decision) : reportOutcome(decision, service);
}

function passOutcome({ summary, stripHeaders, metaKeyProblem }: Pass, service: string): Outcome {
  const share = summary ? { share: { [SUMMARY_KEY]: summaryToShared(summary) } } : {};
  const outcome = proceed(stripHeaders.length > 0 ? { ...share, clearUpstreamHeaders: stripHeaders } : share);
  if (!metaKeyProblem) return outcome;
  return withWarnings(outcome, [{ fields: { service }, message: `message has a ${metaKeyProblem} key in _meta` }]);
}

const rejectOutcome = ({ response, summary }: Rejection): Outcome =>
  reject(denied(NAME, response, summary && { [SUMMARY_KEY]: summaryToShared(summary) }));

function reportOutcome({ response, summary }: Rejection, service: string): Outcome {
  const { status, code, reason } = response;
  return proceed({
    reason,
    warnings: [{ fields: { service, status, code, reason }, message: 'request would be rejected' }],
    responseHeaders: { [REPORT_HEADER]: `status=${status}; code=${code}; reason=${reason}` },
    ...(summary && { share: { [SUMMARY_KEY]: summaryToShared(summary) } }),
  });
}

/** Learns the tools of the server from its response. */
export async function log(state: State, { entry: text, capture }: FactsOf<typeof logReads>): Promise<void> {
  if (capture) warnOfOldCapture(capture, state.log, NAME);
  const entry = parseLogEntry(text);
  if (entry && capture && !entry.answeredByKong) await state.learner.read(entry, capture);
}
