import type { Ending, Turn } from '../apis/dialogue';
import { approvedOf } from './approval-policy';
import type { AnsweredCall, WaitingCall } from './approvals';
import type { StoppedBy } from './bounds';
import { planAnswered, planCalls } from './plan-calls';
import type { Planned, RunRules, RunState } from './run-state';

/** What happens next. */
export type Step =
  | { readonly kind: 'ask'; readonly isLast: boolean }
  | { readonly kind: 'call'; readonly planned: readonly Planned[] }
  | { readonly kind: 'ask_approval'; readonly calls: readonly WaitingCall[] }
  | { readonly kind: 'end'; readonly ending: Ending }
  | { readonly kind: 'fail'; readonly message: string };

/** A state with the step that follows. */
export interface Next {
  readonly state: RunState;
  readonly step: Step;
}

const START: RunState = { rounds: 0, toolCalls: 0, tokens: 0, deferred: 0, repeats: new Map(), isTainted: false };

/** The first step of a run: the calls that the user has answered, or the first round. */
export function startRun(rules: RunRules, answered: readonly AnsweredCall[] = []): Next {
  const state = { ...START, isTainted: rules.isTainted };
  if (answered.length === 0) return nextRound(state, rules);
  const { planned, used } = planAnswered(state, answered, rules);
  return callStep({ ...state, ...used }, planned);
}

/** The step after an answer of the model. */
export function afterTurn(before: RunState, turn: Turn, rules: RunRules): Next {
  const state = { ...before, rounds: before.rounds + 1, tokens: before.tokens + (turn.tokens ?? 0) };
  if (turn.error !== undefined) return { state, step: { kind: 'fail', message: turn.error } };
  if (turn.clientCalls > 0) {
    const deferred = state.deferred + turn.calls.length;
    return { state: { ...state, deferred }, step: { kind: 'end', ending: 'handed_back' } };
  }
  if (turn.calls.length === 0 || before.stoppedBy !== undefined)
    return { state, step: { kind: 'end', ending: 'answered' } };
  if (state.tokens >= rules.bounds.maxTokens) return stop(state, 'max_run_tokens');
  return callsOf(state, turn, rules);
}

/** The step after the results of calls. */
export const afterResults = (state: RunState, rules: RunRules): Next => nextRound(state, rules);

/** Ends a run early: nothing more is started. */
export const stop = (state: RunState, stoppedBy: StoppedBy): Next => ({
  state: { ...state, stoppedBy },
  step: { kind: 'end', ending: 'cut' },
});

/** The last round takes no tools, so that the model answers with what it has. */
function nextRound(state: RunState, { bounds }: RunRules): Next {
  const stoppedBy =
    state.toolCalls >= bounds.maxToolCalls
      ? 'max_tool_calls'
      : state.rounds + 1 >= bounds.maxRounds
        ? 'max_rounds'
        : undefined;
  if (stoppedBy === undefined) return { state, step: { kind: 'ask', isLast: false } };
  return { state: { ...state, stoppedBy }, step: { kind: 'ask', isLast: true } };
}

function callsOf(state: RunState, turn: Turn, rules: RunRules): Next {
  const { planned, used } = planCalls(state, turn.calls, rules);
  const allowed = approvedOf(planned, state, rules);
  if ('calls' in allowed) return { state, step: { kind: 'ask_approval', calls: allowed.calls } };
  const left = planned.filter(({ kind }) => kind === 'run').length;
  const made = allowed.planned.filter(({ kind }) => kind === 'run').length;
  return callStep({ ...state, ...used, toolCalls: used.toolCalls - left + made }, allowed.planned);
}

/** The step that makes calls. The model reads the results of untrusted servers among them. */
function callStep(state: RunState, planned: readonly Planned[]): Next {
  const isTainted = state.isTainted || planned.some((one) => one.kind === 'run' && one.tool.isUntrusted);
  return { state: { ...state, isTainted }, step: { kind: 'call', planned } };
}
