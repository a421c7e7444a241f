import type { Metrics } from '../../../../kong/pdk';

/** Counts exported, failed and dropped spans; the reasons and codes are few and fixed. */
export interface ExportMetrics {
  exported(spans: number): void;
  /** `code`: the HTTP status, or `timeout`, `unreachable`, `retries_exhausted`, `_OTHER`. */
  failed(spans: number, code: string): void;
  /** `reason`: `queue_full` or `shutdown`. */
  dropped(spans: number, reason: string): void;
}

/**
 * The counters in the metrics of the process; another call returns the same counters.
 *
 * @param prefix the prefix of the names, such as `llm_telemetry`
 */
export function exportMetricsOf(metrics: Metrics, prefix: string): ExportMetrics {
  const exported = metrics.counter({
    name: `${prefix}_spans_exported_total`,
    help: 'Spans that the collector accepted',
  });
  const failures = metrics.counter({
    name: `${prefix}_export_failures_total`,
    help: 'Batches of spans that could not be exported, after all retries',
    labelNames: ['code'],
  });
  const dropped = metrics.counter({
    name: `${prefix}_spans_dropped_total`,
    help: 'Spans that were not exported: the queue was full, the export failed, or the process ended',
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
