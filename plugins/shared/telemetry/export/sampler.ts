import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import {
  AlwaysOnSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace-base';

/**
 * The sampler of a rate from 0 to 1, by trace id alone. Kong propagates unsampled flags when its own tracing is off: the
 * SDK's parent-based default would drop everything.
 */
export const samplerOf = (rate: number): Sampler =>
  rate >= 1 ? new AlwaysOnSampler() : new TraceIdRatioBasedSampler(rate);

/** Whether the spans of a trace are kept. */
export function keepsTrace(sampler: Sampler, traceId: string): boolean {
  // Both samplers look at the trace id only.
  const { decision } = sampler.shouldSample(ROOT_CONTEXT, traceId, '', SpanKind.CLIENT, {}, []);
  return decision === SamplingDecision.RECORD_AND_SAMPLED;
}
