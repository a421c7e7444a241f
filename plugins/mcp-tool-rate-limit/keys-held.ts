import type { Metrics } from '../../kong/pdk';
import { PerProcess } from '../shared/runtime/per-process';
import type { Counters } from './counters/counters';
import type { LocalCounters } from './counters/local/local-counters';

const perProcess = new PerProcess<Set<LocalCounters>>();

/** The counters, whose size and bytes show in the metrics until they are closed. */
export function keepCounted(counters: LocalCounters, metrics: Metrics): Counters {
  const all = perProcess.get(metrics, 'counters', () => new Set());
  all.add(counters);
  const sum = (of: (one: LocalCounters) => number): number => [...all].reduce((total, one) => total + of(one), 0);
  metrics.gauge({
    name: 'mcp_tool_rate_limit_keys',
    help: 'Counters in the memory of this node',
    read: () => sum(({ size }) => size),
  });
  metrics.gauge({
    name: 'mcp_tool_rate_limit_keys_bytes',
    help: 'Bytes that the counters in the memory of this node take',
    read: () => sum(({ bytes }) => bytes),
  });
  return {
    hit: (charges) => counters.hit(charges),
    close: () => {
      all.delete(counters);
      return counters.close();
    },
  };
}
