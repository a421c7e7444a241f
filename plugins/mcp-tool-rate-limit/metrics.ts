import type { Metrics } from '../../kong/pdk';
import { PerProcess } from '../shared/runtime/per-process';
import { labelsOf, OTHER } from '../shared/telemetry/labels';
import type { RequestCharges } from './charges';
import type { StoreObserver } from './counters/fault-tolerant-counters';
import type { Decision } from './decision';
import type { Rule } from './rules';

const PREFIX = 'mcp_tool_rate_limit';

/** Further services become `_other`. */
const MAX_SERVICES = 200;
/** Further rules, of all configurations, become `_other`. */
const MAX_RULES = 200;

/** Upper bounds in seconds. A server nearby takes about half a millisecond. */
const REDIS_BUCKETS = [0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** The metrics of the limiter. */
export interface LimiterMetrics {
  /** Counts each call of a request by the rules that applied to it. */
  readonly count: (service: string, charges: RequestCharges, decision: Decision) => void;
  /** Counts a request whose calls could not be read. */
  readonly unreadable: (service: string, reason: string) => void;
  /** Counts a charge that used the overflow counter. */
  readonly overflow: () => void;
  /** Counts the requests to Redis. */
  readonly store: StoreObserver;
  /** Counts a request that was rejected because it could not be counted. */
  readonly unavailable: (service: string) => void;
  /** Adds the counters of a configuration to the gauges; returns a function that removes them. */
  readonly track: (counters: CountersSize) => () => void;
}

/** The size of the counters in memory. */
export interface CountersSize {
  readonly size: number;
  readonly bytes: number;
}

const perProcess = new PerProcess<Set<CountersSize>>();

/**
 * Registers the metrics. The label `tool` has only names that a rule contains without a wildcard; all others are
 * `_other`, since clients can invent names.
 */
export function createMetrics(metrics: Metrics): LimiterMetrics {
  const labels = labelsOf(metrics, PREFIX);
  const decisions = metrics.requestCounter({
    name: `${PREFIX}_decisions_total`,
    help: 'Calls by rule; decision is allowed, rejected, or reported (a rule in report mode would have rejected it)',
    labelNames: ['kong_service', 'rule', 'tool', 'decision'],
  });
  const unreadable = metrics.counter({
    name: `${PREFIX}_unreadable_total`,
    help: 'Requests whose calls could not be parsed unambiguously',
    labelNames: ['kong_service', 'reason'],
  });
  const overflow = metrics.counter({
    name: `${PREFIX}_overflow_total`,
    help: 'Calls that used the shared overflow counter because there was no room for another counter',
  });
  const redisSeconds = metrics.histogram({
    name: `${PREFIX}_redis_duration_seconds`,
    help: 'Time that Redis took to count a request',
    buckets: REDIS_BUCKETS,
  });
  const redisFailures = metrics.counter({
    name: `${PREFIX}_redis_failures_total`,
    help: 'Requests that Redis did not count; they were counted on the node alone, or rejected',
    labelNames: ['reason'],
  });
  const unavailable = metrics.counter({
    name: `${PREFIX}_unavailable_total`,
    help: 'Requests rejected with 503: Redis did not count them, or too many large bodies were waiting',
    labelNames: ['kong_service'],
  });
  const serviceLabel = (service: string): string => labels.bounded('kong_service', service, MAX_SERVICES);
  return {
    count: (service, { messages }, { admitted, reported }) => {
      const kongService = serviceLabel(service);
      for (const { charges } of messages) {
        let counted: Rule | undefined;
        for (const { rule } of charges) {
          // The charges of a rule, one per window, are consecutive.
          if (rule === counted) continue;
          counted = rule;
          const isReported = rule.isReportOnly && reported.includes(rule.id);
          decisions.inc(
            kongService,
            labels.bounded('rule', rule.id, MAX_RULES),
            labels.bounded('tool', rule.literalName ?? OTHER, MAX_RULES),
            isReported ? 'reported' : admitted ? 'allowed' : 'rejected',
          );
        }
      }
    },
    unreadable: (service, reason) => {
      unreadable.inc({ kong_service: serviceLabel(service), reason });
    },
    overflow: () => {
      overflow.inc();
    },
    store: {
      onResponse: (durationMs) => {
        redisSeconds.observe(durationMs / 1000);
      },
      onFailure: (reason) => {
        redisFailures.inc({ reason });
      },
    },
    unavailable: (service) => {
      unavailable.inc({ kong_service: serviceLabel(service) });
    },
    track: (counters) => track(metrics, counters),
  };
}

/** Sums over the counters of all configurations in the process. */
function track(metrics: Metrics, counters: CountersSize): () => void {
  const all = perProcess.get(metrics, 'counters', () => new Set());
  all.add(counters);
  const sum = (of: (counters: CountersSize) => number): number => [...all].reduce((total, one) => total + of(one), 0);
  metrics.gauge({
    name: `${PREFIX}_keys`,
    help: 'Counters in the memory of this node',
    read: () => sum(({ size }) => size),
  });
  metrics.gauge({
    name: `${PREFIX}_keys_bytes`,
    help: 'Bytes that the counters in the memory of this node use',
    read: () => sum(({ bytes }) => bytes),
  });
  return () => {
    all.delete(counters);
  };
}
