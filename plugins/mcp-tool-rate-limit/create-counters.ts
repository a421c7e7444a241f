import { totalmem } from 'node:os';
import type { Metrics, Resources } from '../../kong/pdk';
import { checkRedisConfig, type RedisConfig } from '../shared/redis/redis-config';
import { acquireRedis } from '../shared/redis/shared-redis';
import { PerProcess } from '../shared/runtime/per-process';
import type { Counters } from './counters/counters';
import { FaultTolerantCounters } from './counters/fault-tolerant-counters';
import { CounterMemory } from './counters/local/counter-memory';
import { LocalCounters } from './counters/local/local-counters';
import { RedisCounters } from './counters/redis/redis-counters';
import { ScaledCounters } from './counters/scaled-counters';
import type { LimitPolicy } from './limit-policy';
import type { LimiterMetrics } from './metrics';

/** The fields of the configuration that choose the store of the counters. */
export interface StoreConfig {
  readonly policy: 'local' | 'redis';
  readonly max_counter_memory: number;
  readonly max_keys?: number;
  readonly fault_tolerant: boolean;
  readonly fault_tolerant_share: number;
  readonly namespace: string;
  readonly redis: RedisConfig;
}

/**
 * Opens the counters of a configuration.
 *
 * @throws if the fields of `redis` contradict each other, naming the field
 */
export async function createCounters(
  config: StoreConfig,
  { rules, scope }: Pick<LimitPolicy, 'rules' | 'scope'>,
  limiterMetrics: LimiterMetrics,
  resources: Pick<Resources, 'metrics' | 'log' | 'health'>,
): Promise<Counters> {
  const { metrics } = resources;
  if (config.policy === 'local') return localCounters(config, limiterMetrics, metrics);
  checkRedisConfig(config.redis);
  const redis = new RedisCounters(await acquireRedis(config.redis, resources), {
    namespace: config.namespace,
    scope,
    rules,
    maxBytes: config.max_counter_memory,
    ...(config.max_keys !== undefined && { maxKeys: config.max_keys }),
    isCluster: config.redis.cluster_nodes.length > 0,
    onOverflow: limiterMetrics.overflow,
  });
  if (!config.fault_tolerant) return new FaultTolerantCounters(redis, undefined, limiterMetrics.store);
  const costs = new Map(rules.flatMap(({ windows, cost }) => windows.map((window) => [window, cost] as const)));
  const local = localCounters(config, limiterMetrics, metrics);
  const backup = new ScaledCounters(local, config.fault_tolerant_share, costs);
  return new FaultTolerantCounters(redis, backup, limiterMetrics.store);
}

function localCounters(
  { max_counter_memory, max_keys }: StoreConfig,
  limiterMetrics: LimiterMetrics,
  metrics: Metrics,
): Counters {
  const counters = new LocalCounters({
    maxBytes: max_counter_memory,
    ...(max_keys !== undefined && { maxKeys: max_keys }),
    memory: perProcess.get(metrics, 'memory', () => new CounterMemory(memoryForCounters())),
    nowMs: monotonicMs,
    onOverflow: limiterMetrics.overflow,
  });
  const untrack = limiterMetrics.track(counters);
  return {
    hit: (charges) => counters.hit(charges),
    close: () => {
      untrack();
      return counters.close();
    },
  };
}

/** Whole milliseconds of a clock that, unlike the time of day, never goes back. */
export const monotonicMs = (): number => Math.floor(performance.now());

const perProcess = new PerProcess<CounterMemory>();

/** The counters of all configurations together may use this part of the memory that the process may use. */
const MEMORY_SHARE = 1 / 4;

/** In bytes. A container may have less memory than the machine. */
function memoryForCounters(): number {
  const constrained = process.constrainedMemory();
  const machine = totalmem();
  return (constrained > 0 ? Math.min(constrained, machine) : machine) * MEMORY_SHARE;
}
