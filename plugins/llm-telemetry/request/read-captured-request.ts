import type { CapturedBody } from '../../shared/captured-body/capture';
import { decodeCapturedBody } from '../../shared/captured-body/decode-captured-body';
import { headerOf, type LogEntry } from '../../shared/telemetry/log-entry';
import { modelInPath, type Api } from './apis';
import { readRequest, type LlmRequest } from './llm-request';

const NO_BYTES = new Uint8Array();
const NOTHING_CAPTURED: CapturedBody = { head: NO_BYTES, tail: NO_BYTES, totalBytes: 0, missingBytes: 0 };

/**
 * Parses the captured request. Some clients of `/v1/responses` compress their requests: if bytes of a compressed body
 * are missing, only its beginning is parsed; a body in an unknown encoding is not parsed.
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
