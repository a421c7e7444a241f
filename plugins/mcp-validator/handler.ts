import {
  MAX_HEADERS,
  proceed,
  read,
  reject,
  type FactsOf,
  type Log,
  type Outcome,
  type Resources,
} from '../../kong/pdk';
import { CAPTURE_KEY, captureFromShared } from '../shared/captured-body/capture';
import { denied } from '../shared/mcp/denial';
import { SUMMARY_KEY, toShared } from '../shared/mcp/message-summary';
import { isLargeBody } from '../shared/runtime/side-thread/large-body';
import { sideThreadOf } from '../shared/runtime/side-thread/side-thread';
import { parseLogEntry } from '../shared/telemetry/log-entry';
import { judge, type Pass, type Refuse, type Verdict } from './decision/decide';
import { calledTools, createLargeBodyJudge, type LargeBodyJudge, type ToldOf } from './large-bodies/decide-in-thread';
import type { Judged } from './large-bodies/decide-task';
import { createLearner, type Learner, type LearningParts } from './learning/learner';
import { createLearningMeters } from './learning/learning-metrics';
import { followList } from './learning/lists/prepare-list-request';
import { createMeters, type Meters } from './metrics';
import { isBodyJudged } from './paths/request-kind';
import { compileRules, type Rules } from './rules';
import type { Config } from './schema';

/** What one configuration needs on each request. */
export interface State {
  readonly rules: Rules;
  readonly mode: Config['mode'];
  readonly learner: Learner;
  readonly judgeLargeBody: LargeBodyJudge;
  readonly meters: Meters;
  readonly log: Log;
}

/** The facts of the access phase. */
export const accessReads = {
  method: read.method(),
  path: read.upstreamPath(),
  headers: read.headers(),
  body: read.rawBody(),
  service: read.serviceName(),
  requestId: read.requestId(),
};

type Facts = FactsOf<typeof accessReads>;

/** The facts of the log phase. */
export const logReads = {
  entry: read.logEntry(),
  capture: read.shared(CAPTURE_KEY, captureFromShared),
};

const REPORT_HEADER = 'X-MCP-Validator-Report';
const NAME = 'mcp-validator';

/** Compiles a configuration. `parts`: in place of the threads of the process, for tests. */
export function prepare(config: Config, resources: Resources, parts?: LearningParts): State {
  const { metrics, log } = resources;
  const rules = compileRules(config);
  const learner = createLearner(config, rules.configuredTools, resources, createLearningMeters(metrics), parts);
  const judgeLargeBody = createLargeBodyJudge(config, sideThreadOf(metrics));
  return { rules, mode: config.mode, learner, judgeLargeBody, meters: createMeters(metrics), log };
}

/** Judges the request and turns the verdict into its effects. A promise for what is judged in another thread alone. */
export function access(state: State, facts: Facts): Outcome | Promise<Outcome> {
  const { method, path, headers, body, service } = facts;
  const { rules, learner, judgeLargeBody, meters } = state;
  const stop = meters.start();
  const seen = { method, path, headers, headersTruncated: headers.size >= MAX_HEADERS, body };
  const caller = learner.callerOf(headers);
  const conclude = ({ verdict, notes }: Judged): Outcome => {
    stop(service, verdict);
    if (notes) learner.tellNotes(facts, notes);
    const outcome = outcomeOf(verdict, facts, state);
    const { isWatching, hasPins } = learner.tools;
    return isWatching ? followList(outcome, seen, verdict.summary, caller, hasPins) : outcome;
  };
  const toldOf: ToldOf = (names) => learner.tools.toldOf(service, caller, names);
  if (isLargeBody(body, rules.maxBodyBytes) && isBodyJudged(seen, rules)) {
    return judgeLargeBody(seen, body.bytes, toldOf).then(conclude);
  }
  const knowledge = learner.tools.of(service, caller);
  const verdict = judge(seen, rules, knowledge);
  if (body.kind === 'bytes' && knowledge && knowledge.notes.elsewhere.length > 0) {
    return judgeLargeBody(seen, body.bytes, toldOf, calledTools(verdict)).then(conclude);
  }
  return conclude({ verdict, notes: knowledge?.notes });
}

function outcomeOf(verdict: Verdict, { service, requestId }: Facts, state: State): Outcome {
  if (verdict.kind === 'pass') return letPass(verdict, service, requestId, state);
  return state.mode === 'enforce' ? refuse(verdict) : report(verdict, service, requestId, state);
}

function letPass(
  { summary, stripHeaders, metaKeyProblem }: Pass,
  service: string,
  requestId: string,
  { log }: State,
): Outcome {
  if (metaKeyProblem) log.warn({ service, requestId }, `a message has a ${metaKeyProblem} key in _meta`);
  const share = summary ? { share: { [SUMMARY_KEY]: toShared(summary) } } : {};
  return proceed(stripHeaders.length > 0 ? { ...share, clearUpstreamHeaders: stripHeaders } : share);
}

const refuse = ({ refusal, summary }: Refuse): Outcome =>
  reject(denied(NAME, refusal, summary && { [SUMMARY_KEY]: toShared(summary) }));

function report({ refusal, summary }: Refuse, service: string, requestId: string, { log }: State): Outcome {
  const { status, code, reason } = refusal;
  log.warn({ service, requestId, status, code, reason }, 'would have refused a request');
  return proceed({
    reason,
    responseHeaders: { [REPORT_HEADER]: `status=${status}; code=${code}; reason=${reason}` },
    ...(summary && { share: { [SUMMARY_KEY]: toShared(summary) } }),
  });
}

/** Only a configuration that watches the server's tools has something to do after the answer. */
export const isLogWanted = (state: State): boolean => state.learner.tools.isWatching;

/** Learns from an answer of the server what its tools are. */
export async function log(state: State, { entry: text, capture }: FactsOf<typeof logReads>): Promise<void> {
  const entry = parseLogEntry(text);
  if (entry && capture && !entry.answeredByKong) await state.learner.read(entry, capture);
}
