import type { Metrics } from '../../../kong/pdk';
import type { DriftClass } from '../pins/drift';
import type { UncheckedReason } from './schemas/schema-cache';
import type { NotLearnedReason } from './tools/tool-registry';

/** Counts what was learned; `service` is the name of Kong's service. */
export interface LearningMetrics {
  /** Tools whose schema can check calls. */
  readonly learned: (service: string, usable: number) => void;
  /** A tool that differs from its pin in a new way. */
  readonly drifted: (service: string, kind: DriftClass) => void;
  readonly notLearned: (service: string, reason: NotLearnedReason, count: number) => void;
  readonly unchecked: (service: string, reason: UncheckedReason) => void;
  /** A call of a tool with an announced output schema that cannot be used. */
  readonly uncheckedOutput: (service: string, reason: UncheckedReason) => void;
  readonly mismatched: (service: string, count: number) => void;
}

/** The metrics of learning; reasons are a fixed set of words. */
export function createLearningMetrics(metrics: Metrics): LearningMetrics {
  const learned = metrics.gauge({
    name: 'mcp_validator_learned_tools',
    help: 'Tools whose calls the validator can check against a schema from tools/list responses',
    labelNames: ['kong_service'],
  });
  const changed = metrics.counter({
    name: 'mcp_validator_changed_tools_total',
    help: 'Announcements of a pinned tool with a new definition that is not the pinned one',
    labelNames: ['kong_service'],
  });
  const drifted = metrics.counter({
    name: 'mcp_validator_tool_drift_total',
    help: 'Tools that were announced unlike their pins, by what has changed; each new definition once',
    labelNames: ['kong_service', 'class'],
  });
  const notLearned = metrics.counter({
    name: 'mcp_validator_unlearned_total',
    help: 'Lists and schemas in responses that were not learned',
    labelNames: ['kong_service', 'reason'],
  });
  const unchecked = metrics.counter({
    name: 'mcp_validator_unchecked_calls_total',
    help: 'Calls of listed tools whose arguments could not be checked against their learned schema',
    labelNames: ['kong_service', 'reason'],
  });
  const uncheckedOutput = metrics.counter({
    name: 'mcp_validator_unchecked_outputs_total',
    help: 'Calls of tools whose output could not be checked against its learned schema',
    labelNames: ['kong_service', 'reason'],
  });
  const mismatched = metrics.counter({
    name: 'mcp_validator_learned_mismatches_total',
    help: 'Calls that do not match a learned schema and passed, since tools.learn is report',
    labelNames: ['kong_service'],
  });
  return {
    learned: (service, usable) => {
      learned.set({ kong_service: service }, usable);
    },
    drifted: (service, kind) => {
      drifted.inc({ kong_service: service, class: kind });
      if (kind !== 'new' && kind !== 'gone') changed.inc({ kong_service: service });
    },
    notLearned: (service, reason, count) => {
      notLearned.inc({ kong_service: service, reason }, count);
    },
    unchecked: (service, reason) => {
      unchecked.inc({ kong_service: service, reason });
    },
    uncheckedOutput: (service, reason) => {
      uncheckedOutput.inc({ kong_service: service, reason });
    },
    mismatched: (service, count) => {
      mismatched.inc({ kong_service: service }, count);
    },
  };
}
