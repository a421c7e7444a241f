import type { Log } from '../../../kong/pdk';
import { LineBudget } from '../../shared/runtime/line-budget';
import type { LogEntry } from '../../shared/telemetry/log-entry';
import type { FoundViolation } from './read-outputs';

/** Log lines about results; a server can cause each of them. */
const LINES_PER_SECOND = 10;

/** Logs results that do not match the output schema of their tool, within a budget of lines. */
export function createOutputReport(
  log: Log,
  now: () => number,
): (entry: LogEntry, found: readonly FoundViolation[]) => void {
  const lines = new LineBudget(LINES_PER_SECOND);
  return ({ service, requestId }, found) => {
    for (const { tool, problem } of found) {
      const lost = lines.take(now());
      if (lost === undefined) continue;
      const fields = { service: service.name, tool, problem, request_id: requestId, ...(lost > 0 && { lost }) };
      log.warn(fields, 'result of a tool does not match its output schema');
    }
  };
}
