import type { Log } from '../../../../kong/pdk';
import type { ExportMetrics } from './export-metrics';

/** A collector that is down fails with every batch; one line in this time is enough. */
const QUIET_MS = 60_000;

/**
 * Adds a log line for failed exports to the counters: at most one per minute, with the failures since the last one. The
 * line contains no headers and, of the URL, neither credentials nor the query.
 */
export function withFailureLog(metrics: ExportMetrics, url: string, log: Log, now: () => number): ExportMetrics {
  let quietUntilMs = -Infinity;
  let failures = 0;
  let spansLost = 0;
  return {
    ...metrics,
    failed: (spans, code) => {
      metrics.failed(spans, code);
      failures++;
      spansLost += spans;
      if (now() < quietUntilMs) return;
      log.warn({ collector: withoutSecrets(url), code, failures, spans: spansLost }, 'span export failed');
      quietUntilMs = now() + QUIET_MS;
      failures = spansLost = 0;
    },
  };
}

function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return 'invalid URL';
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
