import { consumerLabel } from '../../shared/telemetry/consumer-label';
import { MAX_CONFIGURED, OTHER, type Labels } from '../../shared/telemetry/labels';
import type { LlmCall } from '../call';
import { estimateOutputTokens } from '../estimate';
import type { COMMON_LABELS, LlmMetrics } from '../metrics';
import { modelLabelOf } from './model-label';

/** Other statuses are reported by their first digit: `4xx`, `5xx`. */
const MAX_STATUSES = 20;

/** The config fields that affect labels. */
export interface MetricOptions {
  readonly provider: string;
  readonly known_models: readonly string[];
  readonly max_models: number;
  readonly estimate_tokens: boolean;
  readonly semconv_metrics: 'current' | 'legacy' | 'both';
  readonly legacy_genai_metrics: boolean;
  readonly consumer_label: boolean;
  readonly max_consumers: number;
}

/** Counts a call. */
export function countCall(metrics: LlmMetrics, call: LlmCall, options: MetricOptions): void {
  const common = commonLabelsOf(metrics.labels, call, options);
  const error_type = errorTypeLabelOf(metrics.labels, call.errorType);
  const { current, legacy } = nameSetsOf(options);
  const seconds = (call.endMs - call.startMs) / 1000;
  if (call.api.operation === 'embeddings') metrics.operationDuration.observe({ ...common, error_type }, seconds);
  if (current) countCurrent(metrics, call, common, error_type);
  if (legacy) countLegacy(metrics, call, common, error_type);
  observeServerTimes(metrics, call, common);
  if (options.consumer_label) countForConsumer(metrics, call, common.kong_service, options.max_consumers);
  if (options.estimate_tokens) metrics.estimatedTokens.inc(estimateOutputTokens(call)?.tokens ?? 0);
  const api = call.api.name;
  if (call.response && call.response.parseErrors > 0) metrics.parseErrors.inc({ api }, call.response.parseErrors);
  if (isSuccess(call) && call.response?.inputTokens === undefined && call.response?.outputTokens === undefined) {
    metrics.usageMissing.inc({ api });
  }
}

/** Which names of the conventions are used. */
function nameSetsOf({ semconv_metrics, legacy_genai_metrics }: MetricOptions): Record<'current' | 'legacy', boolean> {
  return {
    current: semconv_metrics !== 'legacy',
    legacy: semconv_metrics !== 'current' || legacy_genai_metrics,
  };
}

/** There are few words. Statuses beyond the bound still distinguish client errors from server errors. */
function errorTypeLabelOf(labels: Labels, errorType: string | undefined): string {
  if (errorType === undefined) return '';
  if (!/^\d/.test(errorType)) return errorType;
  const label = labels.bounded('error_type', errorType, MAX_STATUSES);
  return label === OTHER ? `${errorType.charAt(0)}xx` : label;
}

/** The metrics of the conventions since October 2026. */
function countCurrent(metrics: LlmMetrics, call: LlmCall, common: CommonLabels, error_type: string): void {
  if (call.api.operation !== 'embeddings') {
    metrics.inferenceDuration.observe({ ...common, error_type }, (call.endMs - call.startMs) / 1000);
  }
  if (call.timeToFirstChunkMs !== undefined) metrics.timeToFirstChunk.observe(common, call.timeToFirstChunkMs / 1000);
  countTokens(metrics, call, common, error_type);
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
  const { inputTokens, outputTokens } = call.response ?? {};
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

/** Counts the tokens of a consumer. */
function countForConsumer(
  metrics: LlmMetrics,
  { entry, response }: LlmCall,
  kong_service: string,
  maxConsumers: number,
): void {
  const consumer = consumerLabel(metrics.labels, entry, maxConsumers);
  const { inputTokens, outputTokens } = response ?? {};
  if (inputTokens !== undefined) {
    metrics.consumerTokens.inc({ consumer, kong_service, gen_ai_token_type: 'input' }, inputTokens);
  }
  if (outputTokens !== undefined) {
    metrics.consumerTokens.inc({ consumer, kong_service, gen_ai_token_type: 'output' }, outputTokens);
  }
}

function observeServerTimes(metrics: LlmMetrics, { api, response }: LlmCall, common: CommonLabels): void {
  const { loadMs, promptEvalMs, evalMs } = response?.timings ?? {};
  if (api.operation === 'embeddings') return;
  if (promptEvalMs !== undefined) {
    metrics.serverTimeToFirstToken.observe(common, ((loadMs ?? 0) + promptEvalMs) / 1000);
  }
  const tokens = response?.outputTokens;
  if (evalMs !== undefined && tokens !== undefined && tokens > 1) {
    metrics.serverTimePerOutputToken.observe(common, evalMs / 1000 / (tokens - 1));
  }
}

/** The metrics of the conventions before they were split in autumn 2026. */
function countLegacy(metrics: LlmMetrics, call: LlmCall, common: CommonLabels, error_type: string): void {
  const { inputTokens, outputTokens } = call.response ?? {};
  const observe = (gen_ai_token_type: string, tokens: number | undefined) => {
    if (tokens !== undefined) metrics.legacyTokenUsage.observe({ ...common, gen_ai_token_type }, tokens);
  };
  observe('input', inputTokens);
  observe('output', outputTokens);
  if (call.timeToFirstChunkMs !== undefined) {
    metrics.legacyTimeToFirstChunk.observe(common, call.timeToFirstChunkMs / 1000);
  }
  if (call.api.operation === 'embeddings') return;
  metrics.operationDuration.observe({ ...common, error_type }, (call.endMs - call.startMs) / 1000);
}

const isSuccess = ({ errorType, entry }: LlmCall): boolean => errorType === undefined && entry.status < 300;
