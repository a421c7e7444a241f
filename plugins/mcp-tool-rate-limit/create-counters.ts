import { totalmem } from 'node:os';
import type { Log, Metrics } from '../../kong/pdk';
import { checkRedisConfig, type RedisConfig } from '../shared/redis/redis-config';
import { acquireRedis } from '../shared/redis/shared-redis';
import { PerProcess } from '../shared/runtime/per-process';
import type { Counters } from './counters/counters';
import { FaultTolerantCounters } from './counters/fault-tolerant-counters';
import { CounterMemory } from './counters/local/counter-memory';
import { LocalCounters } from './counters/local/local-counters';
import { RedisCounters } from './counters/redis/redis-counters';
import { ReducedCounters } from './counters/scaled-counters';
import type { KeyText } from './digest';
import { keepCounted } from './keys-held';
import type { Meters } from './metrics';
import type { Rule } from './rules';

/** The parts of the plugin's configuration that say where the counters are. */
export interface StoreConfig {
  readonly policy: 'local' | 'redis';
  readonly max_counter_memory: number;
  readonly max_keys?: number;
  readonly fault_tolerant: boolean;
  readonly fault_tolerant_share: number;
  readonly namespace: string;
  readonly redis: RedisConfig;
}

/** Opens the counters of a configuration; throws, naming the field, when they can't work. */
export async function createCounters(
  config: StoreConfig,
  rules: readonly Rule[],
  scope: KeyText,
  meters: Meters,
  { metrics, log }: { readonly metrics: Metrics; readonly log: Log },
): Promise<Counters> {
  if (config.policy === 'local') return localCounters(config, meters, metrics);
  checkRedisConfig(config.redis);
  const redis = new RedisCounters(await acquireRedis(config.redis, metrics, log), {
    namespace: config.namespace,
    scope,
    rules,
    maxBytes: config.max_counter_memory,
    ...(config.max_keys !== undefined && { maxKeys: config.max_keys }),
    isCluster: config.redis.cluster_nodes.length > 0,
    onOverflow: meters.overflow,
  });
  if (!config.fault_tolerant) return new FaultTolerantCounters(redis, undefined, meters.store);
  const costs = new Map(rules.flatMap(({ windows, cost }) => windows.map((window) => [window, cost] as const)));
  const local = localCounters(config, meters, metrics);
  return new FaultTolerantCounters(redis, new ReducedCounters(local, config.fault_tolerant_share, costs), meters.store);
}

function localCounters({ max_counter_memory, max_keys }: StoreConfig, meters: Meters, metrics: Metrics): Counters {
  const counters = new LocalCounters({
    maxBytes: max_counter_memory,
    ...(max_keys !== undefined && { maxKeys: max_keys }),
    memory: perProcess.get(metrics, 'memory', () => new CounterMemory(partOfMemory())),
    nowMs: clockMs,
    onOverflow: meters.overflow,
  });
  return keepCounted(counters, metrics);
}

/** The time of day may be set back; this clock never is. */
export const clockMs = (): number => Math.floor(performance.now());

const perProcess = new PerProcess<CounterMemory>();

/** All configurations together may take this part of the memory that the process may have. */
const PART_OF_MEMORY = 1 / 4;

/** In bytes; a container has less than the machine. */
function partOfMemory(): number {
  const constrained = process.constrainedMemory();
  const machine = totalmem();
  return (constrained > 0 ? Math.min(constrained, machine) : machine) * PART_OF_MEMORY;
}
