import type { ToolCall } from '../apis/dialogue';
import type { OfferedTool } from '../tools/offered-tool';
import type { AnsweredCall } from './approvals';
import { digestOf } from './canonical';
import { readArguments } from './read-arguments';
import type { Planned, RunRules, RunState, ToldOutcome } from './run-state';

/** Calls that are made or answered by the gateway itself, and what the run has used with them. */
export interface Plan {
  readonly planned: readonly Planned[];
  readonly used: Pick<RunState, 'toolCalls' | 'repeats'>;
}

/** Plans the calls of a turn, within the bounds. */
export const planCalls = (state: RunState, calls: readonly ToolCall[], rules: RunRules): Plan =>
  withinLimit(state, calls, rules, (call, place, repeats) =>
    place > 0 && !rules.allowsParallelCalls ? told(call, 'not_parallel') : planCall(call, rules, repeats),
  );

/** Plans the calls that the user has approved or rejected. */
export const planAnswered = (state: RunState, answered: readonly AnsweredCall[], rules: RunRules): Plan =>
  withinLimit(state, answered, rules, (one, _place, repeats) => planAnswer(one, rules, repeats));

function withinLimit<T>(
  state: RunState,
  calls: readonly T[],
  { bounds }: RunRules,
  plan: (call: T, place: number, repeats: Map<string, number>) => Planned,
): Plan {
  const repeats = new Map(state.repeats);
  let left = bounds.maxToolCalls - state.toolCalls;
  const planned = calls.map((call, place): Planned => {
    const one = plan(call, place, repeats);
    if (one.kind === 'told') return one;
    if (left === 0) return told(one.call, 'over_limit', one.tool);
    left -= 1;
    return one;
  });
  return { planned, used: { toolCalls: bounds.maxToolCalls - left, repeats } };
}

function planAnswer(answered: AnsweredCall, rules: RunRules, repeats: Map<string, number>): Planned {
  const { callId, name, args, server, requestId: approvalId, isApproved, reason } = answered;
  const call = { id: callId, name, args };
  const tool = rules.tools.get(name);
  if (!isApproved) {
    const text = reason === undefined ? TEXTS.not_approved : `${TEXTS.not_approved} The reason: ${reason}`;
    return { kind: 'told', call, outcome: 'not_approved', text, approvalId, ...(tool && { tool }) };
  }
  // The configuration may have changed: another server has a tool of this name.
  if (tool?.server !== server) return { ...told(call, 'unknown_tool'), approvalId };
  return { ...planCall(call, rules, repeats), approvalId };
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
  needs_approval:
    "The call was not made: it needs the user's approval, which this API cannot ask for, or its arguments are too long.",
  not_approved: 'The user did not approve this call. Do not make it again.',
  not_parallel: 'The call was not made: only one call per turn is allowed. Call again after this result.',
};

/** A call that is not made, with what the model reads instead of a result. */
export const told = (
  call: ToolCall,
  outcome: Exclude<ToldOutcome, 'invalid_arguments'>,
  tool?: OfferedTool,
): Planned => ({
  kind: 'told',
  call,
  outcome,
  text: TEXTS[outcome],
  ...(tool && { tool }),
});
