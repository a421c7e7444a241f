import type { Resources } from '../../kong/pdk';
import { announcedNamesOf } from '../shared/mcp/announced-names';
import { sideThreadOf } from '../shared/runtime/side-thread/side-thread';
import type { Counters } from './counters/counters';
import { createCounters, monotonicMs } from './create-counters';
import { createCallReader, type CallReader } from './large-bodies/call-reader';
import { limitPolicyOf, type LimitPolicy } from './limit-policy';
import { createMetrics, type LimiterMetrics } from './metrics';
import { neededFacts, type NeededFacts } from './needed-facts';
import { compileRules } from './rules';
import type { Config } from './schema';
import { checkTiers } from './tiers';
import { UnverifiedNames } from './unverified-names';

/** What one configuration needs on each request. */
export interface State {
  readonly config: Config;
  readonly policy: LimitPolicy;
  readonly needed: NeededFacts;
  readonly counters: Counters;
  readonly readCalls: CallReader;
  readonly metrics: LimiterMetrics;
}

/**
 * Compiles a configuration and opens its counters.
 *
 * @throws if fields contradict each other, naming the field
 */
export async function prepare(config: Config, resources: Resources): Promise<State> {
  checkTiers(config);
  const metrics = createMetrics(resources.metrics);
  const { serviceId = '', routeId = '', consumerId = '' } = resources.scope;
  const policy = limitPolicyOf(compileRules(config), config.match, [serviceId, routeId, consumerId], {
    announced: announcedNamesOf(resources.metrics),
    unverified: new UnverifiedNames({ maxNames: config.max_names_per_caller, nowMs: monotonicMs }),
  });
  return {
    config,
    policy,
    needed: neededFacts(policy.rules, config),
    counters: await createCounters(config, policy, metrics, resources),
    readCalls: createCallReader(config.max_body_bytes, sideThreadOf(resources.metrics)),
    metrics,
  };
}

/** Closes the counters. */
export const dispose = (state: State): Promise<void> => state.counters.close();
