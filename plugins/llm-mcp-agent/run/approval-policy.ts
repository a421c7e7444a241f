import type { OfferedTool } from '../tools/offered-tool';
import { MAX_APPROVAL_BYTES, type WaitingCall } from './approvals';
import { told } from './plan-calls';
import type { Planned, RunRules, RunState } from './run-state';

/** If a call of a turn needs an approval: all its calls wait for one, or the model is told where the API cannot ask. */
export function approvedOf(
  planned: readonly Planned[],
  { isTainted }: RunState,
  { asksApproval }: RunRules,
): { readonly planned: readonly Planned[] } | { readonly calls: readonly WaitingCall[] } {
  const isWaiting = (one: Planned): boolean => one.kind === 'run' && needsApproval(one.tool, isTainted);
  if (!planned.some(isWaiting)) return { planned };
  const runnable = planned.flatMap((one) => (one.kind === 'run' ? [one] : []));
  const calls = runnable.map(({ call: { id, name }, tool: { server }, args }) => ({
    server,
    name,
    args: JSON.stringify(args),
    callId: id,
  }));
  if (asksApproval && calls.every(({ args }) => Buffer.byteLength(args) <= MAX_APPROVAL_BYTES)) return { calls };
  return {
    planned: planned.map((one) => (isWaiting(one) && one.tool ? told(one.call, 'needs_approval', one.tool) : one)),
  };
}

/** True if the user has to approve a call: by the configuration, or because hostile text may have caused it. */
const needsApproval = (tool: OfferedTool, isTainted: boolean): boolean =>
  tool.needsApproval || (isTainted && !tool.isReadOnly);
