import { performance } from 'node:perf_hooks';
import type { Metrics } from '../../kong/pdk';
import type { MessageSummary } from '../shared/mcp/message-summary';
import type { Verdict } from './decision/decide';
import { mcpCatalogue } from './params/protocol-methods';

/** Upper bounds in seconds: a typical call takes tens of microseconds, 4 MiB some tens of milliseconds. */
const BUCKETS = [0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.001, 0.005, 0.025, 0.1, 0.5];

/** Counts what was judged; `service` is the name of Kong's service. */
export interface Meters {
  /** Starts the clock; call what it gives with the verdict. */
  readonly start: () => (service: string, verdict: Verdict) => void;
}

/**
 * The metrics of the validator. Labels are bounded: a method is counted by name only if some revision knows it, and
 * reasons are a fixed set of words.
 */
export function createMeters(metrics: Metrics): Meters {
  const checked = metrics.counter({
    name: 'mcp_validator_messages_total',
    help: 'JSON-RPC messages that the validator read, by verdict on their request (pass, refuse)',
    labelNames: ['service', 'revision', 'method', 'verdict'],
  });
  const refused = metrics.counter({
    name: 'mcp_validator_refused_total',
    help: 'HTTP requests that the validator refused, or would have in report mode',
    labelNames: ['service', 'revision', 'method', 'reason'],
  });
  const seconds = metrics.histogram({
    name: 'mcp_validator_duration_seconds',
    help: 'Time to judge a request, without the exchange with Kong; of a large body with its wait for its thread',
    labelNames: ['service'],
    buckets: BUCKETS,
  });
  return {
    start: () => {
      const startedAtMs = performance.now();
      return (service, verdict) => {
        seconds.observe({ service }, (performance.now() - startedAtMs) / 1000);
        const revision = verdict.summary?.revision ?? 'unknown';
        for (const { method } of verdict.summary?.messages ?? []) {
          checked.inc({ service, revision, method: methodLabel(method), verdict: verdict.kind });
        }
        if (verdict.kind === 'pass') return;
        refused.inc({ service, revision, method: soleMethodLabel(verdict.summary), reason: verdict.refusal.reason });
      };
    },
  };
}

function methodLabel(method: string | undefined): string {
  if (method === undefined) return 'none';
  return mcpCatalogue().isCore(method) ? method : 'other';
}

function soleMethodLabel(summary: MessageSummary | undefined): string {
  if (!summary || summary.messages.length === 0) return 'none';
  return summary.messages.length > 1 ? 'batch' : methodLabel(summary.messages[0]?.method);
}
