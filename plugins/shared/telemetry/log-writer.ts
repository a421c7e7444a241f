import type { Log, Metrics } from '../../../kong/pdk';
import { LineBudget } from '../runtime/line-budget';
import type { Line } from './log-line';

/** The config fields about logging. */
export interface LogOptions {
  readonly log_errors: boolean;
  readonly audit: boolean;
  readonly max_log_lines: number;
}

/** Writes one line for each rejection and error, and with `audit` one for each call. */
export interface LogWriter {
  /** Whether the configuration asks for lines of this level; where not, the line need not be built. */
  wants(level: Line['level'], isAudited: boolean): boolean;
  /**
   * Writes the line if the configuration asks for it. Audit lines are always written. Other lines are written within a
   * budget; the next line that is written says how many were `suppressed`.
   *
   * @param isAudited true if `audit` covers the call
   */
  write(line: Line, isAudited: boolean): void;
}

/** Longer texts are cut: clients choose the names of tools, models and sessions. */
export const MAX_FIELD_LENGTH = 256;

interface Host {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly now: () => number;
}

/** @param prefix the prefix of the metric's name, such as `llm_telemetry` */
export function createLogWriter(options: LogOptions, { log, metrics, now }: Host, prefix: string): LogWriter {
  const budget = new LineBudget(options.max_log_lines);
  const suppressed = metrics.counter({
    name: `${prefix}_log_lines_suppressed_total`,
    help: 'Log lines about rejections and errors that were dropped because max_log_lines was reached',
  });
  const isAuditLine = (isAudited: boolean): boolean => options.audit && isAudited;
  const isErrorLine = (level: Line['level']): boolean => options.log_errors && level !== 'info';
  return {
    wants: (level, isAudited) => isAuditLine(isAudited) || isErrorLine(level),
    write: ({ level, message, fields }, isAudited) => {
      if (isAuditLine(isAudited)) log[level](known(fields), message);
      else if (isErrorLine(level)) {
        const lost = budget.take(now());
        if (lost === undefined) suppressed.inc();
        else log[level](known({ ...fields, suppressed: lost || undefined }), message);
      }
    },
  };
}

function known(fields: Line['fields']): object {
  const line: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) line[name] = typeof value === 'string' ? value.slice(0, MAX_FIELD_LENGTH) : value;
  }
  return line;
}
