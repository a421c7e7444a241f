import type { Log, Metrics } from '../../kong/pdk';
import { checkRedisConfig, type RedisConfig } from '../shared/redis/redis-config';
import { acquireRedis } from '../shared/redis/shared-redis';
import type { Counters } from './counters/counters';
import { FaultTolerantCounters } from './counters/fault-tolerant';
import { LocalCounters } from './counters/local';
import { RedisCounters } from './counters/redis';
import { ReducedCounters } from './counters/reduced';
import { keepCounted } from './keys-held';
import type { Meters } from './meters';
import type { Rule } from './rules';

/** The parts of the plugin's configuration that say where the counters are. */
export interface StoreConfig {
  readonly policy: 'local' | 'redis';
  readonly max_keys: number;
  readonly fault_tolerant: boolean;
  readonly fault_tolerant_share: number;
  readonly namespace: string;
  readonly redis: RedisConfig;
}

/** Opens the counters of a configuration; throws, naming the field, when they can't work. */
export async function createCounters(
  config: StoreConfig,
  rules: readonly Rule[],
  meters: Meters,
  { metrics, log }: { readonly metrics: Metrics; readonly log: Log },
): Promise<Counters> {
  if (config.policy === 'local') return localCounters(config, meters, metrics);
  checkRedisConfig(config.redis);
  const redis = new RedisCounters(await acquireRedis(config.redis, metrics, log), config.namespace);
  if (!config.fault_tolerant) return new FaultTolerantCounters(redis, undefined, meters.store);
  const costs = new Map(rules.flatMap(({ windows, cost }) => windows.map((window) => [window, cost] as const)));
  const local = localCounters(config, meters, metrics);
  return new FaultTolerantCounters(redis, new ReducedCounters(local, config.fault_tolerant_share, costs), meters.store);
}

function localCounters({ max_keys }: StoreConfig, meters: Meters, metrics: Metrics): Counters {
  const counters = new LocalCounters({
    maxKeys: max_keys,
    // The time of day may be set back; this clock never is.
    nowMs: () => Math.floor(performance.now()),
    onOverflow: meters.overflow,
  });
  return keepCounted(counters, metrics);
}
