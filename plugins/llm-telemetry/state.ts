import type { Resources } from '../../kong/pdk';
import type { FormatSessionId } from '../shared/mcp/session-hash';
import { prepareTelemetry, type TelemetryState } from '../shared/telemetry/telemetry-state';
import { llmMetricsOf, OPEN_STREAMS, PREFIX, type LlmMetrics } from './metrics';
import type { Config } from './schema';

/** What one configuration keeps while it is active. */
export interface State extends TelemetryState {
  readonly config: Config & { readonly formatSessionId: FormatSessionId };
  readonly metrics: LlmMetrics;
}

/** The key in `kong.ctx.shared` of the span that the access phase started. */
export const STARTED_SPAN_KEY = 'llm_telemetry';

/** @throws Error naming the field if a pattern in `redact_patterns` does not compile */
export function prepare(config: Config, resources: Resources): State {
  const telemetry = prepareTelemetry(config, resources, { prefix: PREFIX, openStreams: OPEN_STREAMS });
  const { formatSessionId } = telemetry;
  return { ...telemetry, config: { ...config, formatSessionId }, metrics: llmMetricsOf(resources.metrics) };
}

/** Exports the queued spans within a bounded time and closes the exporters. */
export const dispose = ({ spans }: State): Promise<void> => spans.shutdown();
