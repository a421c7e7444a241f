import type { ApiName } from '../../../../../../plugins/llm-telemetry/request/apis';
import { API_FORMATS } from '../../../../../../plugins/llm-telemetry/response/formats/api-formats';
import type { Framing } from '../../../../../../plugins/llm-telemetry/response/framing';
import type { LlmResponse } from '../../../../../../plugins/llm-telemetry/response/llm-response';
import { createReader } from '../../../../../../plugins/llm-telemetry/response/reader';

export const LIMITS = { maxBufferBytes: 262_144, maxTextLength: 10_000 };

/** What a response says that comes in these pieces. */
export function readAll(api: ApiName, framing: Framing, chunks: readonly Uint8Array[], limits = LIMITS): LlmResponse {
  const reader = createReader(API_FORMATS[api], framing, limits);
  for (const chunk of chunks) reader.push(chunk);
  return reader.end();
}

/** What a response says of which only the two ends came. */
export function readPartial(api: ApiName, framing: Framing, head: Uint8Array, tail: Uint8Array): LlmResponse {
  const reader = createReader(API_FORMATS[api], framing, LIMITS);
  reader.push(head);
  reader.gap();
  reader.push(tail);
  return reader.end();
}
