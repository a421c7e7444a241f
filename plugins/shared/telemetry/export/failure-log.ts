import type { Log } from '../../../../kong/pdk';
import type { ExportMetrics } from './export-metrics';

/** A collector that is down fails with every batch; one line in this time is enough. */
const QUIET_MS = 60_000;

/**
 * The counters, and a line for the operator when a collector does not take spans: at most one a minute, with the failures
 * since the last one. Nothing of headers is told, and of the address no credentials and no query.
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
      log.warn({ collector: withoutSecrets(url), code, failures, spans: spansLost }, 'spans were not taken');
      quietUntilMs = now() + QUIET_MS;
      failures = spansLost = 0;
    },
  };
}

function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return 'no address';
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
