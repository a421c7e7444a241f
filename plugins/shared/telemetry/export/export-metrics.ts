import type { Metrics } from '../../../../kong/pdk';

/** Counts what becomes of spans; the reasons and codes are few and fixed. */
export interface ExportMetrics {
  exported(spans: number): void;
  /** `code`: the HTTP status, or `timeout`, `unreachable`, `retries_exhausted`, `_OTHER`. */
  failed(spans: number, code: string): void;
  /** `reason`: `queue_full` or `shutdown`. */
  dropped(spans: number, reason: string): void;
}

/**
 * The counters in a process's metrics; asked again, gives the same ones.
 *
 * @param prefix of the metrics' names, the plugin's: `llm_telemetry`
 */
export function exportMetricsOf(metrics: Metrics, prefix: string): ExportMetrics {
  const exported = metrics.counter({
    name: `${prefix}_spans_exported_total`,
    help: 'Spans that the collector took',
  });
  const failures = metrics.counter({
    name: `${prefix}_export_failures_total`,
    help: 'Batches of spans that the collector did not take, after all retries',
    labelNames: ['code'],
  });
  const dropped = metrics.counter({
    name: `${prefix}_spans_dropped_total`,
    help: 'Spans that were lost: the queue was full, the export failed, or the process ended first',
    labelNames: ['reason'],
  });
  return {
    exported: (spans) => {
      exported.inc(spans);
    },
    failed: (spans, code) => {
      failures.inc({ code });
      dropped.inc({ reason: 'export_failed' }, spans);
    },
    dropped: (spans, reason) => {
      dropped.inc({ reason }, spans);
    },
  };
}
