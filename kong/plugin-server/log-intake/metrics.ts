import type { Metrics } from '../../pdk';

/** What became of an entry. */
export type EntryResult = 'handled' | 'failed' | 'duplicate' | 'malformed' | 'too_large';

/** What became of a batch. */
export type BatchResult = 'accepted' | 'malformed' | 'too_large' | 'overloaded' | 'aborted' | 'wrong_request';

/** Metrics of the log intake. */
export const intakeMetricsOf = (metrics: Metrics) => ({
  entries: metrics.counter({
    name: 'plugin_server_log_entries_total',
    help: 'Entries of the log intake, by result: handled, failed (a handler threw), duplicate (sent again by Kong), malformed or too_large.',
    labelNames: ['endpoint', 'result'],
  }),
  batches: metrics.counter({
    name: 'plugin_server_log_batches_total',
    help: 'Batches that were sent to the log intake, by result: accepted, malformed, too_large, overloaded, aborted or wrong_request.',
    labelNames: ['result'],
  }),
  /** The same counter as that of `ServerMetrics`. */
  handlerErrors: metrics.counter({
    name: 'plugin_server_handler_errors_total',
    help: 'Handlers that threw, by what happened to the request: rejected (with 500) or passed.',
    labelNames: ['plugin', 'phase', 'request'],
  }),
});

export type IntakeMetrics = ReturnType<typeof intakeMetricsOf>;
