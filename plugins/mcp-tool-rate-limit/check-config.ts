import { checkRedisConfig } from '../shared/redis/redis-config';
import { compileRules } from './rules';
import type { Config } from './schema';
import { checkTiers } from './tiers';

/** Throws, naming the field, where the fields of a configuration do not fit each other. */
export function checkConfig(config: Config): void {
  checkTiers(config);
  compileRules(config);
  if (config.policy === 'redis') checkRedisConfig(config.redis);
}
