import { checkRedisConfig } from '../shared/redis/redis-config';
import { compileRules } from './rules';
import type { Config } from './schema';
import { checkTiers } from './tiers';

/** @throws if fields of a configuration contradict each other, naming the field */
export function checkConfig(config: Config): void {
  checkTiers(config);
  compileRules(config);
  if (config.policy === 'redis') checkRedisConfig(config.redis);
}
