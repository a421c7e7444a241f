import type { Log, Resources, Warning } from '../../kong/pdk';
import { sideThreadOf } from '../shared/runtime/side-thread/side-thread';
import type { Decision } from './decision/decision';
import { createDecideInThread, type DecideInThread } from './large-bodies/decide-in-thread';
import { createLearner, type Learner, type LearningParts } from './learning/learner';
import { createLearningMetrics } from './learning/learning-metrics';
import { elsewhereOf, type Elsewhere } from './lists/elsewhere';
import type { HoldRules } from './lists/hold';
import { createJudge, type JudgeBody } from './lists/judge-in-thread';
import { createResponseProblems } from './lists/response-problems';
import { createMetrics, type ValidatorMetrics } from './metrics';
import { createOutputReport } from './outputs/report-outputs';
import { createPins, type CurrentPins } from './pins/current-pins';
import { compileRules, type Rules } from './rules';
import { fieldsWithLog, type Config } from './schema';

/** What one configuration needs for each request. */
export interface State {
  readonly rules: Rules;
  readonly mode: Config['mode'];
  readonly learner: Learner;
  readonly pins: CurrentPins;
  readonly decideInThread: DecideInThread;
  readonly metrics: ValidatorMetrics;
  readonly holds: HoldRules;
  readonly judge: JudgeBody;
  /** The log phase must know which responses were judged. */
  readonly readsLog: boolean;
  readonly elsewhere: Elsewhere;
  readonly problems: ReturnType<typeof createResponseProblems>;
  readonly reportOutputs: ReturnType<typeof createOutputReport>;
  readonly log: Log;
  /** The log line about rules that need mcp-auth on a route without it: once, for the first request that they reject. */
  readonly noteNoIdentity: (service: string, decision: Decision) => readonly Warning[];
}

/** Compiles a configuration. `parts` replaces the threads and caches of the process in tests. */
export function prepare(config: Config, resources: Resources, parts?: LearningParts): State {
  const { metrics, log } = resources;
  const rules = compileRules(config);
  const pins = createPins(config, log, resources.now);
  const learner = createLearner(config, rules, pins, resources, createLearningMetrics(metrics), parts);
  return {
    rules,
    mode: config.mode,
    pins,
    learner,
    decideInThread: createDecideInThread(config, sideThreadOf(metrics)),
    holds: {
      hides: rules.lists.hides,
      readsTools: rules.lists.readsTools,
    },
    judge: createJudge(config, rules, sideThreadOf(metrics), learner.compileOutput),
    readsLog: fieldsWithLog(config).length > 0,
    elsewhere: elsewhereOf(metrics),
    problems: createResponseProblems(resources.now),
    reportOutputs: createOutputReport(log, resources.now),
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
