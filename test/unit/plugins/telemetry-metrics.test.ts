import { Metrics, readUpstreamHealth } from '../../../kong/pdk';
import { readConfig } from '../../../kong/pdk/read-config';
import { logInto } from '../../../kong/testkit/log-lines';
import { fields as llmFields } from '../../../plugins/llm-telemetry/schema';
import { prepare as prepareLlm } from '../../../plugins/llm-telemetry/state';
import { fields as mcpFields } from '../../../plugins/mcp-telemetry/schema';
import { prepare as prepareMcp } from '../../../plugins/mcp-telemetry/state';

/** What dashboards are built on: every metric with its labels and buckets. */

const C = ['gen_ai_operation_name', 'gen_ai_provider_name', 'gen_ai_request_model', 'kong_service'];
const D = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68, 655.36,
];
const K = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144];
const F = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 15, 20, 30, 60, 120];
const O = [0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];
const M = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
const SESSIONS = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 86400];

const SIZES = [256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216];

type Row = readonly [name: string, type: string, labels: readonly string[], buckets?: readonly number[]];

const LLM: readonly Row[] = [
  ['gen_ai_client_inference_duration_seconds', 'histogram', [...C, 'error_type'], D],
  ['gen_ai_client_operation_duration_seconds', 'histogram', [...C, 'error_type'], D],
  ['gen_ai_client_inference_time_to_first_chunk_seconds', 'histogram', C, D],
  ['gen_ai_client_inference_usage_input_tokens_total', 'counter', [...C, 'gen_ai_token_modality']],
  ['gen_ai_client_inference_usage_output_tokens_total', 'counter', [...C, 'gen_ai_token_modality']],
  ['gen_ai_client_inference_operation_input_tokens', 'histogram', [...C, 'error_type'], K],
  ['gen_ai_client_inference_operation_output_tokens', 'histogram', [...C, 'error_type'], K],
  ['gen_ai_server_time_to_first_token_seconds', 'histogram', C, F],
  ['gen_ai_server_time_per_output_token_seconds', 'histogram', C, O],
  ['gen_ai_client_operation_time_to_first_chunk_seconds', 'histogram', C, D],
  ['gen_ai_client_token_usage', 'histogram', [...C, 'gen_ai_token_type'], K],
  ['llm_active_streams', 'gauge', ['kong_service']],
  ['llm_consumer_tokens_total', 'counter', ['consumer', 'kong_service', 'gen_ai_token_type']],
  ['llm_telemetry_spans_exported_total', 'counter', []],
  ['llm_telemetry_export_failures_total', 'counter', ['code']],
  ['llm_telemetry_spans_dropped_total', 'counter', ['reason']],
  ['llm_telemetry_parse_errors_total', 'counter', ['api']],
  ['llm_telemetry_usage_missing_total', 'counter', ['api']],
  ['llm_telemetry_unread_requests_total', 'counter', ['kong_service', 'reason']],
  ['llm_telemetry_estimated_tokens_total', 'counter', []],
  ['llm_telemetry_label_overflow_total', 'counter', ['label']],
  ['llm_telemetry_log_lines_suppressed_total', 'counter', []],
];

const MCP: readonly Row[] = [
  ['mcp_gateway_requests_total', 'counter', ['method', 'status', 'namespace', 'fault', 'consumer']],
  ['mcp_gateway_request_duration_seconds', 'histogram', ['method', 'backend'], M],
  ['mcp_gateway_response_size_bytes', 'histogram', ['method', 'backend'], SIZES],
  ['mcp_gateway_backend_health', 'gauge', ['backend', 'namespace']],
  ['mcp_gateway_circuit_breaker_state', 'gauge', ['namespace', 'state']],
  ['mcp_gateway_rate_limit_remaining', 'gauge', ['user']],
  ['mcp_gateway_session_duration_seconds', 'histogram', [], SESSIONS],
  ['mcp_gateway_auth_attempts_total', 'counter', ['type', 'result']],
  ['mcp_gateway_connections_total', 'counter', ['transport']],
  ['mcp_gateway_connections_active', 'gauge', ['transport']],
  [
    'mcp_client_operation_duration_seconds',
    'histogram',
    ['mcp_method_name', 'gen_ai_tool_name', 'error_type', 'kong_service'],
    M,
  ],
  ['mcp_telemetry_spans_exported_total', 'counter', []],
  ['mcp_telemetry_export_failures_total', 'counter', ['code']],
  ['mcp_telemetry_spans_dropped_total', 'counter', ['reason']],
  ['mcp_telemetry_parse_errors_total', 'counter', ['what']],
  ['mcp_telemetry_label_overflow_total', 'counter', ['label']],
  ['mcp_telemetry_log_lines_suppressed_total', 'counter', []],
];

/** The registry's own description of a metric. */
interface Described {
  readonly type: string;
  readonly labelNames: readonly string[];
  readonly upperBounds?: readonly number[];
}

describe.each([
  [
    'llm-telemetry',
    LLM,
    (metrics: Metrics) =>
      prepareLlm(readConfig(llmFields, {}), { metrics, log: logInto([]), now: Date.now, env: {}, scope: {} }),
  ],
  [
    'mcp-telemetry',
    MCP,
    (metrics: Metrics) =>
      prepareMcp(
        readConfig(mcpFields, {}),
        { metrics, log: logInto([]), now: Date.now, env: {}, scope: {} },
        readUpstreamHealth,
      ),
  ],
] as [string, readonly Row[], (metrics: Metrics) => unknown][])('the metrics of %s', (_, rows, prepare) => {
  const metrics = new Metrics();
  prepare(metrics);

  it.each(rows.map(([name, type, labels, buckets]) => ({ name, type, labels, buckets })))(
    '$name is a $type',
    async (row) => {
      const { name, type, labels, buckets } = row;
      const metric = metrics.registry.getSingleMetric(name) as unknown as Described;
      expect(metric).toBeDefined();
      expect(await metrics.registry.getSingleMetricAsString(name)).toContain(`# TYPE ${name} ${type}`);
      expect([...metric.labelNames].filter((label) => label !== 'le').sort()).toEqual([...labels].sort());
      expect(metric.upperBounds).toEqual(buckets);
    },
  );

  it('are exactly the listed ones', () => {
    const names = metrics.registry.getMetricsAsArray().map(({ name }) => name);
    expect(names.sort()).toEqual(rows.map(([name]) => name).sort());
  });

  it('never start like Kong’s own', () => {
    for (const [name] of rows) expect(name).not.toMatch(/^kong_/);
  });
});
