import type { Log, Metrics } from '../../../kong/pdk';
import { LineBudget } from '../runtime/line-budget';

/** What is logged; fields of the plugin's config. */
export interface LogOptions {
  readonly log_errors: boolean;
  readonly audit: boolean;
  readonly max_log_lines: number;
}

/** A line in the making: a fact that is not known is undefined, and is left out. */
export interface Line {
  /** `info`: nothing went wrong. */
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number | boolean | undefined>>;
}

/** Writes one line per refusal and error, and with `audit` one per call. */
export interface LogWriter {
  /**
   * Writes the line if the configuration wants it. Lines of an audit are always written; others within the budget, the
   * next one saying how many were `suppressed`.
   *
   * @param audited the line tells of a call that `audit` is about
   */
  write(line: Line, audited: boolean): void;
}

/** Longer texts are cut: clients choose the names of tools, models and sessions. */
export const MAX_FIELD_LENGTH = 256;

interface Host {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly now: () => number;
}

/** @param prefix of the self-metric, the plugin's: `llm_telemetry` */
export function createLogWriter(options: LogOptions, { log, metrics, now }: Host, prefix: string): LogWriter {
  const budget = new LineBudget(options.max_log_lines);
  const suppressed = metrics.counter({
    name: `${prefix}_log_lines_suppressed_total`,
    help: 'Lines about refusals and errors that were not logged, because there were too many',
  });
  return {
    write: ({ level, message, fields }, audited) => {
      if (options.audit && audited) log[level](known(fields), message);
      else if (options.log_errors && level !== 'info') {
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
