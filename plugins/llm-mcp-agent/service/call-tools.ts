import type { CallResult, ShownCall } from '../apis/dialogue';
import type { McpConnection } from '../mcp/mcp-connection';
import { textOfReply, type CallOutcome } from '../mcp/reply-text';
import type { Planned, ToldOutcome } from '../run/run-state';

/** A finished call, for metrics and the audit. */
export interface CallReport {
  readonly server: string;
  /** The name at the server, or as the model wrote it. */
  readonly tool: string;
  readonly isKnownTool: boolean;
  readonly outcome: CallOutcome | ToldOutcome;
  readonly digest: string | undefined;
  /** True if the user has approved the call. */
  readonly isApproved: boolean;
  readonly durationMs: number;
}

/** What calls of tools need. */
export interface ToolCaller {
  readonly connectionTo: (server: string) => McpConnection;
  readonly maxParallel: number;
  readonly maxResultBytes: number;
  readonly takesImages: boolean;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Called when a call starts. */
  readonly onStart: (call: ShownCall) => Promise<void>;
  /** Called when a call has its result. `shown` is undefined for an unknown tool. */
  readonly onEnd: (shown: ShownCall | undefined, result: CallResult, report: CallReport) => Promise<void>;
}

/** Makes the calls of one turn, a few at the same time. The results have the order of the calls, whichever ends first. */
export async function callTools(planned: readonly Planned[], caller: ToolCaller): Promise<CallResult[]> {
  const results: CallResult[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < planned.length; at = next++) {
      const one = planned[at];
      if (!one || caller.signal.aborted) return;
      results[at] = one.kind === 'run' ? await makeCall(one, caller) : await tell(one, caller);
    }
  };
  await Promise.all(Array.from({ length: Math.min(caller.maxParallel, planned.length) }, work));
  return results;
}

async function makeCall(planned: Extract<Planned, { kind: 'run' }>, caller: ToolCaller): Promise<CallResult> {
  const { call, tool, args, digest, approvalId } = planned;
  const { maxResultBytes: maxBytes, takesImages, now } = caller;
  const shown = {
    call,
    server: tool.server,
    tool: tool.name,
    args,
    ...(approvalId !== undefined && { approvalId }),
  };
  await caller.onStart(shown);
  const startedMs = now();
  const reply = await caller.connectionTo(tool.server).callTool(tool.name, args, tool.schema);
  const { outcome, ...text } = textOfReply(reply, { maxBytes, takesImages });
  const result = { call, ...text };
  const report = {
    server: tool.server,
    tool: tool.name,
    isKnownTool: true,
    outcome,
    digest,
    isApproved: approvalId !== undefined,
    durationMs: now() - startedMs,
  };
  await caller.onEnd(shown, result, report);
  return result;
}

async function tell(
  { call, text, outcome, tool, approvalId }: Extract<Planned, { kind: 'told' }>,
  caller: ToolCaller,
): Promise<CallResult> {
  const result = { call, text, images: [], isError: true };
  const shown = tool && {
    call,
    server: tool.server,
    tool: tool.name,
    args: {},
    ...(approvalId !== undefined && { approvalId }),
  };
  const report = {
    server: tool?.server ?? '',
    tool: tool?.name ?? call.name,
    isKnownTool: tool !== undefined,
    outcome,
    digest: undefined,
    isApproved: false,
    durationMs: 0,
  };
  if (shown) await caller.onStart(shown);
  await caller.onEnd(shown, result, report);
  return result;
}
