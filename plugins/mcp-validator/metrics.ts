import { performance } from 'node:perf_hooks';
import type { Metrics } from '../../kong/pdk';
import type { MessageSummary } from '../shared/mcp/message-summary';
import type { Decision } from './decision/decision';
import { createListMetrics, type ListMetrics } from './lists/list-metrics';
import { protocolMethods } from './params/protocol-methods';

/** Upper bounds in seconds: a typical call takes tens of microseconds, 4 MiB some tens of milliseconds. */
const BUCKETS = [0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.001, 0.005, 0.025, 0.1, 0.5];

/** Counts decisions; `service` is the name of Kong's service. */
export interface ValidatorMetrics {
  /** Starts the clock; the returned function records the decision. */
  readonly start: () => (service: string, decision: Decision) => void;
  readonly lists: ListMetrics;
}

/**
 * The metrics of the validator. Labels are bounded: a method is counted by name only if some revision defines it, and
 * reasons are a fixed set of words.
 */
export function createMetrics(metrics: Metrics): ValidatorMetrics {
  const messages = metrics.requestCounter({
    name: 'mcp_validator_messages_total',
    help: 'JSON-RPC messages that the validator read, by the decision on their request (pass, reject)',
    labelNames: ['kong_service', 'revision', 'method', 'decision'],
  });
  const rejected = metrics.requestCounter({
    name: 'mcp_validator_rejected_total',
    help: 'HTTP requests that the validator rejected, or would reject in report mode',
    labelNames: ['kong_service', 'revision', 'method', 'reason'],
  });
  const seconds = metrics.requestHistogram({
    name: 'mcp_validator_duration_seconds',
    help: 'Time to decide about a request, without the exchange with Kong; for a large body with the wait for its thread',
    labelNames: ['kong_service'],
    buckets: BUCKETS,
  });
  return {
    lists: createListMetrics(metrics),
    start: () => {
      const startedAtMs = performance.now();
      return (service, decision) => {
        seconds.observe((performance.now() - startedAtMs) / 1000, service);
        const revision = decision.summary?.revision ?? 'unknown';
        for (const { method } of decision.summary?.messages ?? []) {
          messages.inc(service, revision, methodLabel(method), decision.kind);
        }
        if (decision.kind === 'pass') return;
        rejected.inc(service, revision, requestMethodLabel(decision.summary), decision.response.reason);
      };
    },
  };
}

function methodLabel(method: string | undefined): string {
  if (method === undefined) return 'none';
  return protocolMethods().isCore(method) ? method : 'other';
}

function requestMethodLabel(summary: MessageSummary | undefined): string {
  if (!summary || summary.messages.length === 0) return 'none';
  return summary.messages.length > 1 ? 'batch' : methodLabel(summary.messages[0]?.method);
}
