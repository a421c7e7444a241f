import type { Metrics } from '../../../kong/pdk';
import type { UncheckedReason } from './schemas/schema-cache';
import type { UnlearnedReason } from './tools/tool-registry';

/** Counts what was learned; `service` is the name of Kong's service. */
export interface LearningMeters {
  /** Tools whose schema can judge calls. */
  readonly learned: (service: string, usable: number) => void;
  /** Pinned tools that were announced with another definition. */
  readonly changed: (service: string, count: number) => void;
  readonly unlearned: (service: string, reason: UnlearnedReason, count: number) => void;
  readonly unchecked: (service: string, reason: UncheckedReason) => void;
  readonly mismatched: (service: string, count: number) => void;
}

/** The metrics of learning; reasons are a fixed set of words. */
export function createLearningMeters(metrics: Metrics): LearningMeters {
  const learned = metrics.gauge({
    name: 'mcp_validator_learned_tools',
    help: 'Tools whose calls the validator can check by a schema from tools/list answers',
    labelNames: ['service'],
  });
  const changed = metrics.counter({
    name: 'mcp_validator_changed_tools_total',
    help: 'Times that a pinned tool was announced with a further definition that is not the pinned one',
    labelNames: ['service'],
  });
  const unlearned = metrics.counter({
    name: 'mcp_validator_unlearned_total',
    help: 'Lists and schemas that passed and were not learned',
    labelNames: ['service', 'reason'],
  });
  const unchecked = metrics.counter({
    name: 'mcp_validator_unchecked_calls_total',
    help: 'Calls of listed tools whose arguments could not be checked by their learned schema',
    labelNames: ['service', 'reason'],
  });
  const mismatched = metrics.counter({
    name: 'mcp_validator_learned_mismatches_total',
    help: 'Calls that break a learned schema and passed, since learn is report',
    labelNames: ['service'],
  });
  return {
    learned: (service, usable) => {
      learned.set({ service }, usable);
    },
    changed: (service, count) => {
      changed.inc({ service }, count);
    },
    unlearned: (service, reason, count) => {
      unlearned.inc({ service, reason }, count);
    },
    unchecked: (service, reason) => {
      unchecked.inc({ service, reason });
    },
    mismatched: (service, count) => {
      mismatched.inc({ service }, count);
    },
  };
}
