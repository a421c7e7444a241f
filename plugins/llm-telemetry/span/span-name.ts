import type { LlmCall } from '../call';

/** The operation in the legacy attributes: `chat_streaming`, `chat_with_tools`, `generate`, `embed`. */
export function legacyOperationOf({ api, request, streaming }: LlmCall): string {
  if (streaming) return `${api.legacyOperation}_streaming`;
  return api.legacyOperation === 'chat' && (request.toolCount ?? 0) > 0 ? 'chat_with_tools' : api.legacyOperation;
}

/**
 * The span's name. `guide`: few different names, independent of clients. `otel`: `{operation} {model}` of the
 * conventions, where the client chooses the model.
 */
export function spanNameOf(call: LlmCall, style: 'guide' | 'otel', provider: string): string {
  if (style === 'guide') return `${provider}.${legacyOperationOf(call)}`;
  const model = call.request.model ?? call.response?.model;
  return model === undefined ? call.api.operation : `${call.api.operation} ${model.slice(0, 128)}`;
}
