import type { Metrics } from '../../kong/pdk';
import { labelsOf, UNKNOWN, type Labels } from '../shared/labels';
import type { LlmCall } from './call';
import { estimateOutputTokens } from './estimate';
import { modelLabelOf } from './model-label';

/** Upper bounds in seconds. The first ones are the convention's; those after them are for models on a CPU. */
const DURATION_BUCKETS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68, 655.36,
];
const TOKEN_BUCKETS = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144];
const FIRST_TOKEN_BUCKETS = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 15, 20, 30, 60, 120,
];
const PER_TOKEN_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];

const COMMON_LABELS = [
  'gen_ai_operation_name',
  'gen_ai_provider_name',
  'gen_ai_request_model',
  'kong_service',
] as const;
const WITH_ERROR = [...COMMON_LABELS, 'error_type'] as const;
const WITH_MODALITY = [...COMMON_LABELS, 'gen_ai_token_modality'] as const;

/** More services, providers or error types than these become `_other`: they come from the configuration. */
export const MAX_CONFIGURED = 200;
const MAX_ERROR_TYPES = 20;

/** What of the plugin's config shapes the labels. */
export interface MetricOptions {
  readonly provider: string;
  readonly known_models: readonly string[];
  readonly max_models: number;
  readonly estimate_tokens: boolean;
  readonly legacy_genai_metrics: boolean;
  readonly consumer_label: boolean;
  readonly max_consumers: number;
}

/** The metrics of the plugin. */
export type LlmMetrics = ReturnType<typeof llmMetricsOf>;

/** Registers the metrics; asked again, gives the same ones. */
export function llmMetricsOf(metrics: Metrics) {
  return {
    labels: labelsOf(metrics, 'llm_telemetry'),
    inferenceDuration: metrics.histogram({
      name: 'gen_ai_client_inference_duration_seconds',
      help: 'Duration of an inference call, from Kong sending it to the last byte of its answer',
      labelNames: WITH_ERROR,
      buckets: DURATION_BUCKETS,
    }),
    operationDuration: metrics.histogram({
      name: 'gen_ai_client_operation_duration_seconds',
      help: 'Duration of an embeddings call, from Kong sending it to the last byte of its answer',
      labelNames: WITH_ERROR,
      buckets: DURATION_BUCKETS,
    }),
    timeToFirstChunk: metrics.histogram({
      name: 'gen_ai_client_inference_time_to_first_chunk_seconds',
      help: 'Time from Kong sending a call to the first byte of its streamed answer',
      labelNames: COMMON_LABELS,
      buckets: DURATION_BUCKETS,
    }),
    inputTokensTotal: metrics.counter({
      name: 'gen_ai_client_inference_usage_input_tokens_total',
      help: 'Input tokens that providers reported; modality unknown where they reported none',
      labelNames: WITH_MODALITY,
    }),
    outputTokensTotal: metrics.counter({
      name: 'gen_ai_client_inference_usage_output_tokens_total',
      help: 'Output tokens that providers reported; modality unknown where they reported none',
      labelNames: WITH_MODALITY,
    }),
    inputTokens: metrics.histogram({
      name: 'gen_ai_client_inference_operation_input_tokens',
      help: 'Input tokens of a call, where the provider reported them',
      labelNames: WITH_ERROR,
      buckets: TOKEN_BUCKETS,
    }),
    outputTokens: metrics.histogram({
      name: 'gen_ai_client_inference_operation_output_tokens',
      help: 'Output tokens of a call, where the provider reported them',
      labelNames: WITH_ERROR,
      buckets: TOKEN_BUCKETS,
    }),
    serverTimeToFirstToken: metrics.histogram({
      name: 'gen_ai_server_time_to_first_token_seconds',
      help: 'Time to load the model and read the prompt, as Ollama reports it',
      labelNames: COMMON_LABELS,
      buckets: FIRST_TOKEN_BUCKETS,
    }),
    serverTimePerOutputToken: metrics.histogram({
      name: 'gen_ai_server_time_per_output_token_seconds',
      help: 'Time per output token after the first, as Ollama reports it',
      labelNames: COMMON_LABELS,
      buckets: PER_TOKEN_BUCKETS,
    }),
    consumerTokens: metrics.counter({
      name: 'llm_consumer_tokens_total',
      help: 'Tokens that providers reported, by consumer, where consumer_label is on',
      labelNames: ['consumer', 'kong_service', 'gen_ai_token_type'],
    }),
    usageMissing: metrics.counter({
      name: 'llm_telemetry_usage_missing_total',
      help: 'Good answers that reported no tokens',
      labelNames: ['api'],
    }),
    estimatedTokens: metrics.counter({
      name: 'llm_telemetry_estimated_tokens_total',
      help: 'Output tokens that were guessed, where estimate_tokens is on and an answer reported none',
    }),
    legacyTokenUsage: metrics.histogram({
      name: 'gen_ai_client_token_usage',
      help: 'Tokens of a call by type, as conventions before September 2026 had it',
      labelNames: [...COMMON_LABELS, 'gen_ai_token_type'],
      buckets: TOKEN_BUCKETS,
    }),
    parseErrors: metrics.counter({
      name: 'llm_telemetry_parse_errors_total',
      help: 'Records of answers that were not what the API promises; api log_entry: entries of Kong',
      labelNames: ['api'],
    }),
  };
}

/** Counts a call. */
export function countCall(metrics: LlmMetrics, call: LlmCall, options: MetricOptions): void {
  const common = commonLabelsOf(metrics.labels, call, options);
  const error_type =
    call.errorType === undefined ? '' : metrics.labels.bounded('error_type', call.errorType, MAX_ERROR_TYPES);
  const embeddings = call.api.operation === 'embeddings';
  const duration = embeddings ? metrics.operationDuration : metrics.inferenceDuration;
  duration.observe({ ...common, error_type }, (call.endMs - call.startMs) / 1000);
  if (call.timeToFirstChunkMs !== undefined) metrics.timeToFirstChunk.observe(common, call.timeToFirstChunkMs / 1000);
  countTokens(metrics, call, common, error_type);
  observeServerTimes(metrics, call, common);
  if (options.consumer_label) countForConsumer(metrics, call, common.kong_service, options.max_consumers);
  if (options.legacy_genai_metrics) countAsBefore(metrics, call, common, error_type);
  if (options.estimate_tokens) metrics.estimatedTokens.inc(estimateOutputTokens(call)?.tokens ?? 0);
  const api = call.api.name;
  if (call.reply && call.reply.parseErrors > 0) metrics.parseErrors.inc({ api }, call.reply.parseErrors);
  if (isGood(call) && call.reply?.inputTokens === undefined && call.reply?.outputTokens === undefined) {
    metrics.usageMissing.inc({ api });
  }
}

type CommonLabels = Record<(typeof COMMON_LABELS)[number], string>;

function commonLabelsOf(labels: Labels, call: LlmCall, options: MetricOptions): CommonLabels {
  return {
    gen_ai_operation_name: call.api.operation,
    gen_ai_provider_name: labels.bounded('gen_ai_provider_name', options.provider, MAX_CONFIGURED),
    gen_ai_request_model: modelLabelOf(labels, call, options),
    kong_service: labels.bounded('kong_service', call.entry.service.name, MAX_CONFIGURED),
  };
}

function countTokens(metrics: LlmMetrics, call: LlmCall, common: CommonLabels, error_type: string): void {
  const { inputTokens, outputTokens } = call.reply ?? {};
  const modality = (tokens: number | undefined, mixed: boolean) => (tokens === undefined || mixed ? 'unknown' : 'text');
  metrics.inputTokensTotal.inc(
    { ...common, gen_ai_token_modality: modality(inputTokens, call.request.hasImages) },
    inputTokens ?? 0,
  );
  if (inputTokens !== undefined) metrics.inputTokens.observe({ ...common, error_type }, inputTokens);
  if (call.api.operation === 'embeddings') return;
  metrics.outputTokensTotal.inc({ ...common, gen_ai_token_modality: modality(outputTokens, false) }, outputTokens ?? 0);
  if (outputTokens !== undefined) metrics.outputTokens.observe({ ...common, error_type }, outputTokens);
}

/** Only a consumer that Kong authenticated has a name; the others are one, `_unknown`. */
function countForConsumer(metrics: LlmMetrics, { entry, reply }: LlmCall, kong_service: string, cap: number): void {
  const name = entry.consumer?.username ?? entry.consumer?.id;
  const consumer = name === undefined ? UNKNOWN : metrics.labels.bounded('consumer', name, cap);
  const { inputTokens, outputTokens } = reply ?? {};
  if (inputTokens !== undefined) {
    metrics.consumerTokens.inc({ consumer, kong_service, gen_ai_token_type: 'input' }, inputTokens);
  }
  if (outputTokens !== undefined) {
    metrics.consumerTokens.inc({ consumer, kong_service, gen_ai_token_type: 'output' }, outputTokens);
  }
}

function observeServerTimes(metrics: LlmMetrics, { api, reply }: LlmCall, common: CommonLabels): void {
  const { loadMs, promptEvalMs, evalMs } = reply?.timings ?? {};
  if (api.operation === 'embeddings') return;
  if (promptEvalMs !== undefined) {
    metrics.serverTimeToFirstToken.observe(common, ((loadMs ?? 0) + promptEvalMs) / 1000);
  }
  const tokens = reply?.outputTokens;
  if (evalMs !== undefined && tokens !== undefined && tokens > 1) {
    metrics.serverTimePerOutputToken.observe(common, evalMs / 1000 / (tokens - 1));
  }
}

/** The metrics that the conventions had before they were split in autumn 2026. */
function countAsBefore(metrics: LlmMetrics, call: LlmCall, common: CommonLabels, error_type: string): void {
  const { inputTokens, outputTokens } = call.reply ?? {};
  const observe = (gen_ai_token_type: string, tokens: number | undefined) => {
    if (tokens !== undefined) metrics.legacyTokenUsage.observe({ ...common, gen_ai_token_type }, tokens);
  };
  observe('input', inputTokens);
  observe('output', outputTokens);
  if (call.api.operation === 'embeddings') return;
  metrics.operationDuration.observe({ ...common, error_type }, (call.endMs - call.startMs) / 1000);
}

const isGood = ({ errorType, entry }: LlmCall): boolean => errorType === undefined && entry.status < 300;
