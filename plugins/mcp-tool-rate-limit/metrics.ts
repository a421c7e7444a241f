import type { Metrics } from '../../kong/pdk';
import type { RedisFailureReason } from '../shared/redis/redis-failure';
import { labelsOf, OTHER } from '../shared/telemetry/labels';
import type { Bill } from './charges';
import type { StoreWatch } from './counters/fault-tolerant-counters';
import type { Verdict } from './decision';

const PREFIX = 'mcp_tool_rate_limit';

/** More services than these become `_other`. */
const MAX_SERVICES = 200;
/** More rules, over all configurations, than these become `_other`. */
const MAX_RULES = 200;

/** Upper bounds in seconds: beside a near server half a millisecond is usual. */
const REDIS_BUCKETS = [0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** What the plugin counts. */
export interface Meters {
  /** Counts the calls of a request, each by the rules that it fell to. */
  readonly count: (service: string, bill: Bill, verdict: Verdict) => void;
  /** Counts a request whose calls could not be read. */
  readonly unreadable: (service: string, reason: string) => void;
  /** Counts a charge that found no room for a counter of its own. */
  readonly overflow: () => void;
  /** Counts what Redis does. */
  readonly store: StoreWatch;
  /** Counts a request that was refused because its counters can't be reached. */
  readonly unavailable: (service: string) => void;
}

/**
 * The metrics of the limiter. A tool is counted by name only where a rule names it; all others, whose names clients
 * make up, are `_other`.
 */
export function createMeters(metrics: Metrics): Meters {
  const labels = labelsOf(metrics, PREFIX);
  const decisions = metrics.counter({
    name: `${PREFIX}_decisions_total`,
    help: 'Calls by rule, and what became of them: allowed, refused, or reported by a rule that only reports',
    labelNames: ['service', 'rule', 'tool', 'decision'],
  });
  const unreadable = metrics.counter({
    name: `${PREFIX}_unreadable_total`,
    help: 'Requests whose calls could not be read beyond doubt',
    labelNames: ['service', 'reason'],
  });
  const overflow = metrics.counter({
    name: `${PREFIX}_overflow_total`,
    help: 'Calls that shared one counter with all others, because there was no room for more counters',
  });
  const storeSeconds = metrics.histogram({
    name: `${PREFIX}_redis_duration_seconds`,
    help: 'Time until Redis had counted a request',
    buckets: REDIS_BUCKETS,
  });
  const storeFailures = metrics.counter({
    name: `${PREFIX}_redis_failures_total`,
    help: 'Requests that Redis did not count: each was counted on the node alone, or refused',
    labelNames: ['reason'],
  });
  const unavailable = metrics.counter({
    name: `${PREFIX}_unavailable_total`,
    help: 'Requests that were refused because Redis did not count them',
    labelNames: ['service'],
  });
  const serviceLabel = (service: string): string => labels.bounded('service', service, MAX_SERVICES);
  return {
    count: (service, { charges, chargesOf }, { admitted, reported }) => {
      const serviceName = serviceLabel(service);
      for (const places of chargesOf) {
        const rules = new Set(places.map((place) => charges[place]?.rule));
        for (const rule of rules) {
          if (!rule) continue;
          const decision = rule.reports && reported.includes(rule.id) ? 'reported' : admitted ? 'allowed' : 'refused';
          const tool = rule.literalName ?? OTHER;
          decisions.inc({
            service: serviceName,
            rule: labels.bounded('rule', rule.id, MAX_RULES),
            tool: labels.bounded('tool', tool, MAX_RULES),
            decision,
          });
        }
      }
    },
    unreadable: (service, reason) => {
      unreadable.inc({ service: serviceLabel(service), reason });
    },
    overflow: () => {
      overflow.inc();
    },
    store: {
      onAnswer: (durationMs) => {
        storeSeconds.observe(durationMs / 1000);
      },
      onFailure: (reason: RedisFailureReason) => {
        storeFailures.inc({ reason });
      },
    },
    unavailable: (service) => {
      unavailable.inc({ service: serviceLabel(service) });
    },
  };
}
