import type { CallReport } from '../service/call-tools';
import type { RunReport } from '../service/run-report';
import type { Caller } from '../tickets/caller';

/** Longer texts are cut: models and clients choose the names. */
const MAX_LENGTH = 256;

const cut = (text: string | undefined): string | undefined => text?.slice(0, MAX_LENGTH);

/** Who asked. */
const callerFields = (agent: string, caller: Caller, { runId }: RunReport) => ({
  agent,
  run: runId,
  request_id: caller.requestId,
  consumer: cut(caller.consumerName),
  credential_id: caller.credentialId,
});

/** The line about a run, without any content. */
export const lineOfRun = (agent: string, caller: Caller, report: RunReport): object => ({
  ...callerFields(agent, caller, report),
  api: report.api,
  model: cut(report.model),
  rounds: report.rounds,
  tool_calls: report.calls.length,
  input_tokens: report.facts?.inputTokens,
  output_tokens: report.facts?.outputTokens,
  outcome: report.outcome,
  stopped_by: report.stoppedBy,
  error_type: report.errorType,
  duration_ms: Math.round(report.endMs - report.startMs),
});

/** The line about one call of a tool. Its arguments appear as a digest only. */
export const lineOfCall = (agent: string, caller: Caller, report: RunReport, call: CallReport): object => ({
  ...callerFields(agent, caller, report),
  server: call.server,
  tool: cut(call.tool),
  arguments_sha256: call.digest,
  outcome: call.outcome,
  approved_by: call.isApproved ? cut(caller.consumerName ?? 'anonymous') : undefined,
  duration_ms: Math.round(call.durationMs),
});
