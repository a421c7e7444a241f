import type { OptionalAttributes } from '../../shared/telemetry/spans/attributes';
import { LEGACY } from '../../shared/telemetry/spans/semconv';
import type { LlmCall } from '../call';
import { legacyOperationOf } from './span-name';

/** The config fields that affect legacy attributes. */
export interface LegacyOptions {
  readonly provider: string;
  readonly hide_tool_names: boolean;
}

/** The attributes under the names that older dashboards use. */
export function legacyAttributes(call: LlmCall, { provider, hide_tool_names }: LegacyOptions): OptionalAttributes {
  const { request, response } = call;
  const generated = call.api.operation !== 'embeddings' && call.entry.status < 400;
  // Counts from a part of the bytes would be too low.
  const exact = generated && !response?.partial ? response : undefined;
  const names = hide_tool_names
    ? []
    : (response?.toolCalls.map(({ name }) => name).filter((name) => name !== '') ?? []);
  return {
    [LEGACY.vendor]: provider,
    [LEGACY.model]: request.model ?? response?.model,
    [LEGACY.operation]: legacyOperationOf(call),
    [LEGACY.inputTokens]: response?.inputTokens,
    [LEGACY.outputTokens]: response?.outputTokens,
    [LEGACY.messageCount]: request.messageCount,
    [LEGACY.toolCount]: request.toolCount,
    [LEGACY.toolCallsCount]: exact?.toolCallCount,
    [LEGACY.calledTools]: names.length > 0 ? [...new Set(names)] : undefined,
    [LEGACY.durationMs]: call.endMs - call.startMs,
    [LEGACY.responseLength]: exact?.textLength,
  };
}
