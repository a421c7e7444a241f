import type { Metrics } from '../../kong/pdk';
import { labelsOf } from '../shared/telemetry/labels';

/** Upper bounds in seconds. The last ones, for models on a CPU, are not part of the conventions. */
const DURATION_BUCKETS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68, 655.36,
];
const TOKEN_BUCKETS = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144];
const FIRST_TOKEN_BUCKETS = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 15, 20, 30, 60, 120,
];
const PER_TOKEN_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];

/** The prefix of the plugin's own metrics. */
export const PREFIX = 'llm_telemetry';

/** The gauge of open streams. */
export const OPEN_STREAMS = {
  name: 'llm_active_streams',
  help: 'Open streamed responses, with track_open_streams',
  label: 'kong_service',
};

/** The labels of every metric of calls. */
export const COMMON_LABELS = [
  'gen_ai_operation_name',
  'gen_ai_provider_name',
  'gen_ai_request_model',
  'kong_service',
] as const;
const WITH_ERROR = [...COMMON_LABELS, 'error_type'] as const;
const WITH_MODALITY = [...COMMON_LABELS, 'gen_ai_token_modality'] as const;

/** The metrics of the plugin. */
export type LlmMetrics = ReturnType<typeof llmMetricsOf>;

/** Registers the metrics; another call returns the same metrics. */
export function llmMetricsOf(metrics: Metrics) {
  return {
    labels: labelsOf(metrics, PREFIX),
    inferenceDuration: metrics.histogram({
      name: 'gen_ai_client_inference_duration_seconds',
      help: 'Duration of a call to a model: time from sending it upstream to the last byte of the response',
      labelNames: WITH_ERROR,
      buckets: DURATION_BUCKETS,
    }),
    operationDuration: metrics.histogram({
      name: 'gen_ai_client_operation_duration_seconds',
      help: 'Duration of an embeddings call (with legacy names: of any call): time from sending it upstream to the last byte of the response',
      labelNames: WITH_ERROR,
      buckets: DURATION_BUCKETS,
    }),
    timeToFirstChunk: metrics.histogram({
      name: 'gen_ai_client_inference_time_to_first_chunk_seconds',
      help: 'Time from sending a call upstream to the first byte of the streamed response',
      labelNames: COMMON_LABELS,
      buckets: DURATION_BUCKETS,
    }),
    inputTokensTotal: metrics.counter({
      name: 'gen_ai_client_inference_usage_input_tokens_total',
      help: 'Input tokens reported by the provider; the modality is unknown if it reported none',
      labelNames: WITH_MODALITY,
    }),
    outputTokensTotal: metrics.counter({
      name: 'gen_ai_client_inference_usage_output_tokens_total',
      help: 'Output tokens reported by the provider; the modality is unknown if it reported none',
      labelNames: WITH_MODALITY,
    }),
    inputTokens: metrics.histogram({
      name: 'gen_ai_client_inference_operation_input_tokens',
      help: 'Input tokens per call, if the provider reported them',
      labelNames: WITH_ERROR,
      buckets: TOKEN_BUCKETS,
    }),
    outputTokens: metrics.histogram({
      name: 'gen_ai_client_inference_operation_output_tokens',
      help: 'Output tokens per call, if the provider reported them',
      labelNames: WITH_ERROR,
      buckets: TOKEN_BUCKETS,
    }),
    serverTimeToFirstToken: metrics.histogram({
      name: 'gen_ai_server_time_to_first_token_seconds',
      help: 'Time to load the model and evaluate the prompt, as reported by Ollama',
      labelNames: COMMON_LABELS,
      buckets: FIRST_TOKEN_BUCKETS,
    }),
    serverTimePerOutputToken: metrics.histogram({
      name: 'gen_ai_server_time_per_output_token_seconds',
      help: 'Time per output token after the first one, as reported by Ollama',
      labelNames: COMMON_LABELS,
      buckets: PER_TOKEN_BUCKETS,
    }),
    consumerTokens: metrics.counter({
      name: 'llm_consumer_tokens_total',
      help: 'Tokens reported by the provider per consumer, with consumer_label',
      labelNames: ['consumer', 'kong_service', 'gen_ai_token_type'],
    }),
    usageMissing: metrics.counter({
      name: 'llm_telemetry_usage_missing_total',
      help: 'Successful responses without token counts',
      labelNames: ['api'],
    }),
    unread: metrics.counter({
      name: 'llm_telemetry_unread_requests_total',
      help: 'POST requests that could not be parsed completely, by reason',
      labelNames: ['kong_service', 'reason'],
    }),
    estimatedTokens: metrics.counter({
      name: 'llm_telemetry_estimated_tokens_total',
      help: 'Estimated output tokens of responses without token counts, with estimate_tokens',
    }),
    legacyTimeToFirstChunk: metrics.histogram({
      name: 'gen_ai_client_operation_time_to_first_chunk_seconds',
      help: 'Time from sending a call upstream to the first byte of the streamed response, under its name in the conventions before October 2026',
      labelNames: COMMON_LABELS,
      buckets: DURATION_BUCKETS,
    }),
    legacyTokenUsage: metrics.histogram({
      name: 'gen_ai_client_token_usage',
      help: 'Tokens per call by type, under its name in the conventions before September 2026',
      labelNames: [...COMMON_LABELS, 'gen_ai_token_type'],
      buckets: TOKEN_BUCKETS,
    }),
    parseErrors: metrics.counter({
      name: 'llm_telemetry_parse_errors_total',
      help: 'Records in responses that could not be parsed; api is log_entry for a log entry from Kong',
      labelNames: ['api'],
    }),
  };
}
