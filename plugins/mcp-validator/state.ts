import type { Log, Resources, Warning } from '../../kong/pdk';
import { sideThreadOf } from '../shared/runtime/side-thread/side-thread';
import type { Decision } from './decision/decision';
import { createDecideInThread, type DecideInThread } from './large-bodies/decide-in-thread';
import { createLearner, type Learner, type LearningParts } from './learning/learner';
import { createLearningMetrics } from './learning/learning-metrics';
import { createMetrics, type ValidatorMetrics } from './metrics';
import { compileRules, type Rules } from './rules';
import type { Config } from './schema';

/** What one configuration needs for each request. */
export interface State {
  readonly rules: Rules;
  readonly mode: Config['mode'];
  readonly learner: Learner;
  readonly decideInThread: DecideInThread;
  readonly metrics: ValidatorMetrics;
  readonly log: Log;
  /** The log line about rules that need mcp-auth on a route without it: once, for the first request that they reject. */
  readonly noteNoIdentity: (service: string, decision: Decision) => readonly Warning[];
}

/** Compiles a configuration. `parts` replaces the threads and caches of the process in tests. */
export function prepare(config: Config, resources: Resources, parts?: LearningParts): State {
  const { metrics, log } = resources;
  const rules = compileRules(config);
  return {
    rules,
    mode: config.mode,
    learner: createLearner(config, rules.configuredTools, resources, createLearningMetrics(metrics), parts),
    decideInThread: createDecideInThread(config, sideThreadOf(metrics)),
    metrics: createMetrics(metrics),
    log,
    noteNoIdentity: noIdentityNote(),
  };
}

function noIdentityNote(): State['noteNoIdentity'] {
  let isNoted = false;
  return (service, decision) => {
    if (isNoted || decision.kind === 'pass' || decision.response.reason !== 'unauthenticated') return [];
    isNoted = true;
    return [{ fields: { service }, message: 'access rules reject requests: mcp-auth is not on this route' }];
  };
}
