import { OTHER, UNKNOWN } from '../../shared/telemetry/labels';
import type { StartedSpan } from '../../shared/telemetry/spans/started-span';
import type { CallReport } from '../service/call-tools';
import type { RunReport } from '../service/run-report';
import type { State } from '../state';
import type { Caller } from '../tickets/caller';
import { lineOfCall, lineOfRun } from './audit';
import { spanOf } from './span';

const MAX_AGENTS = 200;
const MAX_TOOLS = 200;

/** Counts a run, writes its lines and emits its span. */
export function reportRun(state: State, caller: Caller, started: StartedSpan, report: RunReport): void {
  count(state, report);
  audit(state, caller, report);
  state.spans.record(spanOf(state, caller, started, report));
}

function count({ metrics, config }: State, report: RunReport): void {
  const { labels } = metrics;
  const agent = labels.bounded('agent', config.name, MAX_AGENTS);
  const errorType = report.errorType ?? '';
  metrics.runs.inc({ agent, outcome: report.outcome });
  metrics.duration.observe(
    { gen_ai_agent_name: agent, error_type: errorType },
    Math.max(0, report.endMs - report.startMs) / 1000,
  );
  if (report.rounds > 0) metrics.rounds.observe({ agent }, report.rounds);
  if (report.stoppedBy !== undefined) metrics.stopped.inc({ agent, bound: report.stoppedBy });
  for (const call of report.calls) {
    metrics.toolCalls.inc({
      agent,
      server: call.server || OTHER,
      tool: toolLabel(call, labels),
      outcome: call.outcome,
    });
  }
}

/** Only names that a server has listed become labels: a model can write any name. */
const toolLabel = ({ tool, server, isKnownTool }: CallReport, labels: State['metrics']['labels']): string =>
  isKnownTool ? labels.bounded('tool', tool, MAX_TOOLS, server) : UNKNOWN;

function audit({ config, log }: State, caller: Caller, report: RunReport): void {
  if (config.audit_log === 'none') return;
  for (const call of report.calls) {
    if (config.audit_log === 'all' || call.outcome !== 'ok')
      log.info(lineOfCall(config.name, caller, report, call), 'tool called');
  }
  const isFailure = report.outcome === 'failed' || report.outcome === 'stopped';
  if (config.audit_log === 'all' || isFailure) log.info(lineOfRun(config.name, caller, report), 'run ended');
}
