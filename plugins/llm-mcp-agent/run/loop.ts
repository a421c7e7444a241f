import type { JsonObject } from '../../shared/json/json-object';
import type { Ending, ToolCall, Turn } from '../apis/dialogue';
import type { OfferedTool, OfferedTools } from '../tools/offered-tool';
import type { Bounds, StoppedBy } from './bounds';
import { digestOf } from './canonical';
import { readArguments } from './read-arguments';

/** What a run has used so far. A plain value: the functions below return the next one. */
export interface RunState {
  readonly rounds: number;
  readonly toolCalls: number;
  readonly tokens: number;
  /** Calls of gateway tools that were not run, because the client has to answer other calls of the same turn. */
  readonly deferred: number;
  /** How often each call was made, by tool and digest of its arguments. */
  readonly repeats: ReadonlyMap<string, number>;
  readonly stoppedBy?: StoppedBy;
}

/** A call that is made, or one that is answered by the gateway itself. */
export type Planned =
  | {
      readonly kind: 'run';
      readonly call: ToolCall;
      readonly tool: OfferedTool;
      readonly args: JsonObject;
      readonly digest: string;
    }
  | {
      readonly kind: 'told';
      readonly call: ToolCall;
      readonly outcome: ToldOutcome;
      readonly text: string;
      readonly tool?: OfferedTool;
    };

/** Why a call was not made. */
export type ToldOutcome = 'unknown_tool' | 'invalid_arguments' | 'repeated' | 'over_limit' | 'not_parallel';

/** What happens next. */
export type Step =
  | { readonly kind: 'ask'; readonly isLast: boolean }
  | { readonly kind: 'call'; readonly planned: readonly Planned[] }
  | { readonly kind: 'end'; readonly ending: Ending }
  | { readonly kind: 'fail'; readonly message: string };

/** A state with the step that follows. */
export interface Next {
  readonly state: RunState;
  readonly step: Step;
}

/** What the rules need to know of the request. */
export interface RunRules {
  readonly bounds: Bounds;
  readonly tools: OfferedTools;
  readonly allowsParallelCalls: boolean;
}

const START: RunState = { rounds: 0, toolCalls: 0, tokens: 0, deferred: 0, repeats: new Map() };

/** The first step of a run. */
export const startRun = (rules: RunRules): Next => nextRound(START, rules);

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
  return planCalls(state, turn.calls, rules);
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

function planCalls(state: RunState, calls: readonly ToolCall[], rules: RunRules): Next {
  const repeats = new Map(state.repeats);
  let left = rules.bounds.maxToolCalls - state.toolCalls;
  const planned = calls.map((call, place): Planned => {
    if (place > 0 && !rules.allowsParallelCalls) return told(call, 'not_parallel');
    const one = planCall(call, rules, repeats);
    if (one.kind === 'told') return one;
    if (left === 0) return told(call, 'over_limit', one.tool);
    left -= 1;
    return one;
  });
  const toolCalls = rules.bounds.maxToolCalls - left;
  return { state: { ...state, toolCalls, repeats }, step: { kind: 'call', planned } };
}

function planCall(call: ToolCall, { bounds, tools }: RunRules, repeats: Map<string, number>): Planned {
  const tool = tools.get(call.name);
  if (!tool) return told(call, 'unknown_tool');
  const read = readArguments(call.args);
  if (!read.ok) return { kind: 'told', call, outcome: 'invalid_arguments', text: read.problem, tool };
  const digest = digestOf(read.args);
  const key = `${call.name}\n${digest}`;
  const count = (repeats.get(key) ?? 0) + 1;
  repeats.set(key, count);
  return count > bounds.maxRepeats
    ? told(call, 'repeated', tool)
    : { kind: 'run', call, tool, args: read.args, digest };
}

const TEXTS: Readonly<Record<Exclude<ToldOutcome, 'invalid_arguments'>, string>> = {
  unknown_tool: 'There is no tool of this name.',
  repeated: 'This call was already made with the same arguments and is not made again. Use its earlier result.',
  over_limit: 'The call was not made: the limit of tool calls is reached. Answer with the results so far.',
  not_parallel: 'The call was not made: only one call per turn is allowed. Call again after this result.',
};

const told = (call: ToolCall, outcome: Exclude<ToldOutcome, 'invalid_arguments'>, tool?: OfferedTool): Planned => ({
  kind: 'told',
  call,
  outcome,
  text: TEXTS[outcome],
  ...(tool && { tool }),
});
