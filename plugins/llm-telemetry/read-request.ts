import type { CapturedPart } from '../shared/captured-body/capture';
import { decodeBody } from '../shared/captured-body/content-encoding';
import { headerOf, type LogEntry } from '../shared/telemetry/log-entry';
import { modelInPath, type Api } from './apis';
import { readRequest, type LlmRequest } from './request';

const NOTHING = new Uint8Array();

/**
 * Reads the captured request. Some clients of `/v1/responses` compress what they ask: of a compressed body of which
 * bytes are missing only the beginning is read, and one in an unknown encoding is a request without details.
 */
export async function readCapturedRequest(
  api: Api,
  { requestHeaders, fullUpstreamPath }: LogEntry,
  { bytes: head, tail, totalBytes }: CapturedPart = { bytes: NOTHING, tail: NOTHING, totalBytes: 0 },
  maxBytes: number,
): Promise<LlmRequest> {
  const complete = head.length + tail.length >= totalBytes;
  const first = complete ? Buffer.concat([head, tail]) : head;
  const decoded = await decodeBody(first, headerOf(requestHeaders, 'content-encoding'), maxBytes);
  const isEncoded = decoded?.bytes !== first;
  const bytes = {
    head: decoded?.bytes ?? NOTHING,
    tail: complete || isEncoded ? NOTHING : tail,
    complete: complete && decoded?.cut === false,
  };
  return readRequest(api, bytes, modelInPath(fullUpstreamPath));
}
