import type { Metrics } from '../../../kong/pdk';
import type { Verdict } from './verdict';

/** From a small list to the largest one that is held. */
const BYTES = [1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304];
/** Seconds. */
const SECONDS = [0.000_1, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.25, 1];

/** Counts held responses; `service` is the name of Kong's service. */
export interface ListMetrics {
  /** `bytes`: the length of the body as the server sent it; undefined if it was not read. */
  readonly judged: (service: string, verdict: Verdict, bytes: number | undefined, seconds: number) => void;
  /** Results of tools that do not match their output schema. */
  readonly outputViolations: (service: string, mode: 'warn' | 'strict', count: number) => void;
}

/** The metrics of held responses. Labels are fixed sets of words, except the service. */
export function createListMetrics(metrics: Metrics): ListMetrics {
  const lists = metrics.counter({
    name: 'mcp_validator_lists_total',
    help: 'Lists that the validator held, by what became of them',
    labelNames: ['kong_service', 'method', 'outcome'],
  });
  const elements = metrics.counter({
    name: 'mcp_validator_list_elements_total',
    help: 'Elements of these lists: shown, hidden by a rule, or nameless and removed',
    labelNames: ['kong_service', 'method', 'state'],
  });
  const seconds = metrics.histogram({
    name: 'mcp_validator_judge_seconds',
    help: 'Time to judge a held response, without the exchange with Kong; for a large one with the wait for its thread',
    labelNames: ['kong_service'],
    buckets: SECONDS,
  });
  const bytes = metrics.histogram({
    name: 'mcp_validator_held_bytes',
    help: 'Size of held responses as the server sent them',
    labelNames: ['kong_service'],
    buckets: BYTES,
  });
  const violations = metrics.counter({
    name: 'mcp_validator_output_violations_total',
    help: 'Results of tools that do not match the output schema of their tool',
    labelNames: ['kong_service', 'mode'],
  });
  return {
    judged: (service, verdict, length, duration) => {
      seconds.observe({ kong_service: service }, duration);
      if (length !== undefined) bytes.observe({ kong_service: service }, length);
      for (const { method, outcome, counts } of verdict.lists) {
        lists.inc({ kong_service: service, method, outcome });
        for (const [state, count] of Object.entries<number>({ ...counts })) {
          if (count > 0) elements.inc({ kong_service: service, method, state }, count);
        }
      }
    },
    outputViolations: (service, mode, count) => {
      if (count > 0) violations.inc({ kong_service: service, mode }, count);
    },
  };
}
