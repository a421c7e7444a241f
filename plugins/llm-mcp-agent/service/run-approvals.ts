import type { ApprovalRequest } from '../apis/dialogue';
import type { WaitingCall } from '../run/approvals';
import { callerKeyOf, type State } from '../state';
import type { Caller } from '../tickets/caller';

/** The approvals of one run: those that the caller gives with its request, and those that it is asked for. */
export class RunApprovals {
  private readonly callerKey: string;
  /** Approvals that this run has read, and of which the call was not made yet. */
  private readonly unused = new Set<string>();

  constructor(
    private readonly state: Pick<State, 'approvals' | 'usedApprovals'>,
    caller: Caller,
  ) {
    this.callerKey = callerKeyOf(caller);
  }

  /** The call of a request for an approval, for this run alone; undefined if the caller cannot answer it (any more). */
  read(id: string): WaitingCall | undefined {
    const { approvals, usedApprovals } = this.state;
    const call = usedApprovals.has(id) ? undefined : approvals.read(this.callerKey, id);
    if (call) {
      usedApprovals.add(id);
      this.unused.add(id);
    }
    return call;
  }

  /** The call is made. */
  use(id: string): void {
    this.unused.delete(id);
  }

  /** Ends the run: approvals of calls that were not made can be given again. */
  release(): void {
    for (const id of this.unused) this.state.usedApprovals.delete(id);
  }

  requestsFor(calls: readonly WaitingCall[]): readonly ApprovalRequest[] {
    return calls.map((call) => ({ id: this.state.approvals.issue(this.callerKey, call), call }));
  }
}
