import type { CapturedBody } from '../../shared/captured-body/capture';
import { decodeCapturedBody } from '../../shared/captured-body/decode-captured-body';
import { headerOf, type LogEntry } from '../../shared/telemetry/log-entry';
import { modelInPath, type Api } from './apis';
import { readRequest, type LlmRequest } from './llm-request';

const NO_BYTES = new Uint8Array();
const NOTHING_CAPTURED: CapturedBody = { head: NO_BYTES, tail: NO_BYTES, totalBytes: 0, missingBytes: 0 };

/**
 * Reads the captured request. Some clients of `/v1/responses` compress what they ask: of a compressed body of which
 * bytes are missing only the beginning is read, and one in an unknown encoding is a request without details.
 */
export async function readCapturedRequest(
  api: Api,
  { requestHeaders, fullUpstreamPath }: LogEntry,
  captured: CapturedBody = NOTHING_CAPTURED,
  maxBytes: number,
): Promise<LlmRequest> {
  const body = await decodeCapturedBody(captured, headerOf(requestHeaders, 'content-encoding'), maxBytes);
  const bytes = { head: body?.start ?? NO_BYTES, tail: body?.end ?? NO_BYTES, complete: body?.isCut === false };
  return readRequest(api, bytes, modelInPath(fullUpstreamPath));
}
