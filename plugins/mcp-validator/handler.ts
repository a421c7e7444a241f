import { MAX_HEADERS, proceed, read, reject, type FactsOf, type Outcome, type Warning } from '../../kong/pdk';
import { denied } from '../shared/mcp/denial';
import { IDENTITY_KEY, identityFromShared } from '../shared/mcp/identity';
import { SUMMARY_KEY, summaryToShared } from '../shared/mcp/message-summary';
import { isLargeBody } from '../shared/runtime/side-thread/large-body';
import { decide } from './decision/decide';
import type { Decision, Pass, Rejection } from './decision/decision';
import { decideAtOnce } from './large-bodies/decide-at-once';
import type { AnnouncedToolsOf } from './large-bodies/decide-in-thread';
import type { DecideResult } from './large-bodies/decide-task';
import { prepareListRequest } from './learning/lists/prepare-list-request';
import { askedRequestsOf } from './lists/asked-requests';
import { describeRequest } from './lists/describe-request';
import { holdRequest } from './lists/held-request';
import { wantsHold } from './lists/hold';
import { checksOutputOf, mustCheck } from './lists/must-check';
import { rejectElsewhere } from './lists/reject-elsewhere';
import { callsTools } from './outputs/learned-outputs';
import { needsWholeBody } from './paths/request-kind';
import { callerFacts, textsOf } from './policy/caller-facts';
import type { State } from './state';

/** The facts of the access phase; the path and the caller only if the configuration has rules for them. */
export const accessReads = ({ rules: { paths, callerNeeds, access: rules } }: Pick<State, 'rules'>) => ({
  method: read.method(),
  path: paths.areAllEndpoints ? read.known('') : read.upstreamPath(),
  headers: read.headers(),
  body: read.rawBody(),
  service: read.serviceName(),
  consumer: callerNeeds.consumer || rules?.usesConsumer ? read.consumer() : read.known(undefined),
  groups: callerNeeds.groups ? read.shared('authenticated_groups', textsOf) : read.known([]),
  identity: rules ? read.shared(IDENTITY_KEY, identityFromShared) : read.known(undefined),
});

/** The facts that the access phase receives. */
export type AccessFacts = FactsOf<ReturnType<typeof accessReads>>;

const REPORT_HEADER = 'X-MCP-Validator-Report';
const NAME = 'mcp-validator';

/** Decides about the request. Returns a promise only if another thread decides. */
export function access(state: State, facts: AccessFacts): Outcome | Promise<Outcome> {
  const { method, path, headers, body, service, identity } = facts;
  const { rules, learner, decideInThread, metrics } = state;
  const observe = metrics.start();
  const caller = rules.callerNeeds.consumer || rules.access ? callerFacts(facts, rules.callerNeeds) : undefined;
  const httpFacts = { method, path, headers, headersTruncated: headers.size >= MAX_HEADERS, body, caller };
  const callerId = learner.callerOf(headers);
  const { isEnabled, hasPins } = learner.tools;
  const conclude = ({ decision: decided, findings }: DecideResult): Outcome => {
    const asked = rules.outputs.learnedMode === 'strict' && decided.summary ? askedRequestsOf(decided.summary) : [];
    const learned = learner.outputsOf(service, callerId, asked, true);
    const hold = wantsHold(decided.summary, state.holds, (tool) => checksOutputOf(tool, rules.outputs, learned));
    const destination = { service, endpoints: hold ? rules.paths.endpointsOf(path) : [] };
    const isElsewhere = hold && state.mode === 'enforce' && state.elsewhere.has(destination);
    const decision = isElsewhere
      ? rejectElsewhere(decided, hold, (request) => mustCheck(request, rules, learned))
      : decided;
    observe(service, decision);
    const outcome = withWarnings(outcomeOf(decision, service, state.mode), [
      ...(findings ? learner.recordFindings(service, findings) : []),
      ...(rules.access && !identity ? state.noteNoIdentity(service, decision) : []),
    ]);
    if (hold && decision.summary && outcome.kind === 'proceed') {
      const id = isEnabled ? callerId() : undefined;
      return holdRequest(outcome, hold, describeRequest(decision.summary, httpFacts, destination, id), httpFacts);
    }
    const isReadLater =
      hasPins || (rules.outputs.learnedMode === 'warn' && decision.summary && callsTools(decision.summary));
    return isReadLater ? prepareListRequest(outcome, httpFacts, decision.summary, callerId, true) : outcome;
  };
  const announcedTools: AnnouncedToolsOf | undefined = isEnabled
    ? (names) => learner.tools.announcedTools(service, callerId, names)
    : undefined;
  if (isLargeBody(body, rules.maxBodyBytes) && needsWholeBody(httpFacts, rules)) {
    const decision = isEnabled ? undefined : decideAtOnce(httpFacts, rules);
    return decision
      ? conclude({ decision, findings: undefined })
      : decideInThread(httpFacts, body.bytes, announcedTools).then(conclude);
  }
  const tools = learner.tools.knowledgeFor(service, callerId);
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
