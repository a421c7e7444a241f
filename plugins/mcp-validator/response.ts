import { performance } from 'node:perf_hooks';
import { keep, read, replaceAnswer, type AnswerOutcome, type FactsOf, type Warning } from '../../kong/pdk';
import { judgeAnswer } from './lists/answer';
import type { AskedRequest } from './lists/asked-requests';
import { HELD_KEY, heldText, JUDGED, readHeldRequest, type HeldRequest } from './lists/held-request';
import type { JudgedBody } from './lists/judge-body';
import { listMethodOf } from './lists/list-methods';
import { mustCheck } from './lists/must-check';
import type { Verdict } from './lists/verdict';
import type { LearnedOutputs } from './outputs/learned-outputs';
import type { State } from './state';

/** The facts of the response phase. */
export const responseReads = ({ rules: { lists } }: Pick<State, 'rules'>) => ({
  held: read.shared(HELD_KEY, heldText),
  status: read.answer.status(),
  headers: read.answer.headers(),
  body: read.answer.body(lists.maxBytes),
});

const NOTHING_LEARNED: LearnedOutputs = new Map();
const REPORT_HEADER = 'X-MCP-Validator-Report';

/**
 * Judges a held response. What is learned from a list is known before the client gets the list, and decides which of its
 * tools the client sees.
 */
export async function response(
  state: State,
  { held, status, headers, body }: FactsOf<ReturnType<typeof responseReads>>,
): Promise<AnswerOutcome> {
  const startedAtMs = performance.now();
  const { rules, learner, judge, metrics, elsewhere } = state;
  const request = readHeldRequest(held);
  const { requests, batch, service, isModern, caller } = request;
  const { callerId } = request;
  const learnedOutputs =
    callerId === undefined ? NOTHING_LEARNED : learner.outputsOf(service, () => callerId, requests, false);
  const mustBeJudged = (one: AskedRequest) => mustCheck(one, rules, learnedOutputs);
  const isBinding = requests.some(mustBeJudged);
  const warnings: Warning[] = [];
  const progress = { isRead: false };
  const verdict = await judgeAnswer(
    { requests, batch, status, headers, body },
    {
      mode: state.mode,
      maxBytes: rules.lists.maxBytes,
      mustCheck: mustBeJudged,
      judge: async (bytes, isEventStream) => {
        progress.isRead = true;
        const learned = await learner.readHeld(request, { bytes, isEventStream, status });
        warnings.push(...learned.warnings);
        if (!isBinding) return passed(bytes, requests);
        const { usableTools } = learned;
        return judge({ bytes, isEventStream, requests, isModern, caller, usableTools, learnedOutputs }, service);
      },
    },
  );
  if (verdict.outcome === 'elsewhere' && isBinding) elsewhere.add(request);
  if (!progress.isRead) learner.missed(request, verdict.outcome, headers.has('content-encoding'));
  const length = body.kind === 'bytes' ? body.bytes.length : undefined;
  metrics.lists.judged(service, verdict, length, (performance.now() - startedAtMs) / 1000);
  metrics.lists.outputViolations(service, 'strict', verdict.outputViolations);
  return outcomeOf(verdict, [...warnings, ...state.problems(verdict, request, isBinding)], state, request);
}

function outcomeOf(
  { kind, outcome: reason, status, headers, removeHeaders, body, lists }: Verdict,
  warnings: readonly Warning[],
  { mode, readsLog }: Pick<State, 'mode' | 'readsLog'>,
  request: HeldRequest,
): AnswerOutcome {
  const share = readsLog ? { share: { [HELD_KEY]: JUDGED } } : {};
  const effects = { reason, ...share, ...(warnings.length > 0 ? { warnings } : {}) };
  if (kind === 'replace' && body) {
    return replaceAnswer({ ...effects, ...(status !== undefined && { status }), headers, removeHeaders, body });
  }
  const report = mode === 'report' ? reportOf(lists, request) : undefined;
  return keep({ ...effects, headers: report ? { ...headers, [REPORT_HEADER]: report } : headers });
}

/** A response that was only read. */
const passed = (bytes: Buffer, requests: HeldRequest['requests']): JudgedBody => ({
  bytes,
  isChanged: false,
  responses: requests.map((request) => ({ request, outcome: 'passed' })),
});

/** What enforce would do, such as `list=tools; would_hide=3`; undefined if nothing. */
function reportOf(lists: Verdict['lists'], { requests }: HeldRequest): string | undefined {
  const kinds = new Set(requests.flatMap(({ method }) => listMethodOf(method)?.kind ?? []));
  const hidden = lists.reduce((sum, { counts }) => sum + (counts ? counts.hidden + counts.nameless : 0), 0);
  const failed = lists.find(({ outcome }) => outcome === 'unreadable' || outcome === 'too_long');
  if (hidden === 0 && !failed) return undefined;
  return `list=${[...kinds].join(',')}; ${failed ? `outcome=${failed.outcome}` : `would_hide=${hidden}`}`;
}
