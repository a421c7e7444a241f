import type { Counter, Gauge, Histogram } from 'prom-client';
import type { Metrics } from '../../kong/pdk';
import { labelsOf, type Labels } from '../shared/telemetry/labels';

/** The prefix of the plugin's own metrics. */
export const PREFIX = 'llm_agent';

/** How a run ended. */
export type RunOutcome = 'answered' | 'handed_back' | 'approval' | 'stopped' | 'rejected' | 'failed' | 'client_left';

/** The metrics of the plugin. */
export interface AgentMetrics {
  readonly labels: Labels;
  readonly duration: Histogram<'gen_ai_agent_name' | 'error_type'>;
  readonly runs: Counter<'agent' | 'outcome'>;
  readonly rounds: Histogram<'agent'>;
  readonly toolCalls: Counter<'agent' | 'server' | 'tool' | 'outcome'>;
  readonly stopped: Counter<'agent' | 'bound'>;
  readonly activeRuns: Gauge<'agent'>;
  readonly maxRuns: Gauge<'agent'>;
  readonly heldBytes: Gauge<'agent'>;
  readonly rejectedTickets: Counter;
  readonly ambiguousTools: Gauge<'agent'>;
  readonly droppedTools: Gauge<'agent'>;
}

const SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640];

/** The metrics of the process. */
export const agentMetricsOf = (metrics: Metrics): AgentMetrics => ({
  labels: labelsOf(metrics, PREFIX),
  duration: metrics.histogram({
    name: 'gen_ai_invoke_agent_duration_seconds',
    help: 'Duration of runs',
    labelNames: ['gen_ai_agent_name', 'error_type'],
    buckets: SECONDS,
  }),
  runs: metrics.counter({ name: 'llm_agent_runs_total', help: 'Runs by outcome', labelNames: ['agent', 'outcome'] }),
  rounds: metrics.histogram({
    name: 'llm_agent_rounds',
    help: 'Calls of the model in a run',
    labelNames: ['agent'],
    buckets: [1, 2, 3, 4, 6, 8, 16, 32, 64],
  }),
  toolCalls: metrics.counter({
    name: 'llm_agent_tool_calls_total',
    help: 'Calls of tools by outcome',
    labelNames: ['agent', 'server', 'tool', 'outcome'],
  }),
  stopped: metrics.counter({
    name: 'llm_agent_stopped_total',
    help: 'Runs that a bound ended',
    labelNames: ['agent', 'bound'],
  }),
  activeRuns: metrics.gauge({ name: 'llm_agent_active_runs', help: 'Runs in progress', labelNames: ['agent'] }),
  maxRuns: metrics.gauge({ name: 'llm_agent_max_runs', help: 'The field max_runs', labelNames: ['agent'] }),
  heldBytes: metrics.gauge({
    name: 'llm_agent_held_bytes',
    help: 'Bytes of requests and histories that runs hold',
    labelNames: ['agent'],
  }),
  rejectedTickets: metrics.counter({
    name: 'llm_agent_rejected_tickets_total',
    help: 'Requests to the HTTP listener without a valid ticket',
  }),
  ambiguousTools: metrics.gauge({
    name: 'llm_agent_ambiguous_tools',
    help: 'Names that tools of two servers share in the last run: neither is offered',
    labelNames: ['agent'],
  }),
  droppedTools: metrics.gauge({
    name: 'llm_agent_dropped_tools',
    help: 'Tools that the last run did not offer because of max_tools or max_definition_bytes',
    labelNames: ['agent'],
  }),
});
