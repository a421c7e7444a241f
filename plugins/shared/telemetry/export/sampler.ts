import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import {
  AlwaysOnSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace-base';

/**
 * The sampler for a rate from 0 to 1, by trace id alone. The SDK's parent-based default would drop everything: Kong
 * propagates the flag "not sampled" when its own tracing is off.
 */
export const samplerOf = (rate: number): Sampler =>
  rate >= 1 ? new AlwaysOnSampler() : new TraceIdRatioBasedSampler(rate);

/** Whether the spans of a trace are exported. */
export function keepsTrace(sampler: Sampler, traceId: string): boolean {
  // Both samplers use the trace id only.
  const { decision } = sampler.shouldSample(ROOT_CONTEXT, traceId, '', SpanKind.CLIENT, {}, []);
  return decision === SamplingDecision.RECORD_AND_SAMPLED;
}
