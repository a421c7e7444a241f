import type { CapturedResponse } from '../../shared/captured-body/capture';
import { decodeCapturedBody } from '../../shared/captured-body/decode-captured-body';
import { readErrorBody } from '../../shared/llm/error-body';
import { headerOf, mediaTypeOf, type LogEntry } from '../../shared/telemetry/log-entry';
import type { ApiName } from '../request/apis';
import { API_FORMATS } from './formats/api-formats';
import { framingOfType, sniffFraming, type Framing } from './framing';
import type { LlmResponse, ResponseLimits } from './llm-response';
import { createReader } from './reader';

/** A response, and the framing that its bytes show; undefined if they show none. */
export interface ReadResponse {
  readonly response: LlmResponse;
  readonly framing: Framing | undefined;
}

/** Parses the captured response; undefined if its encoding is unknown. */
export async function readCapturedResponse(
  api: ApiName,
  entry: LogEntry,
  captured: CapturedResponse,
  limits: ResponseLimits,
): Promise<ReadResponse | undefined> {
  const encoding = headerOf(entry.responseHeaders, 'content-encoding');
  const body = await decodeCapturedBody(captured, encoding, limits.maxBufferBytes);
  if (!body) return undefined;
  const { start: bytes, end, isCut } = body;
  const mediaType = mediaTypeOf(entry.responseHeaders);
  const framing = sniffFraming(bytes, mediaType);
  const reader = createReader(API_FORMATS[api], framing ?? framingOfType(mediaType), limits);
  reader.push(bytes);
  if (isCut) reader.gap();
  if (end) reader.push(end);
  const response = reader.end();
  const isNotJson = framing === undefined && framingOfType(mediaType) === 'document' && !isBlank(bytes);
  const error = response.error ?? errorIn(bytes, entry, isNotJson);
  if (error) response.error = error;
  return { response, framing };
}

/** An error that the API's format does not describe: by the status, or because the response is not JSON. */
function errorIn(bytes: Uint8Array, { status, answeredByKong }: LogEntry, isNotJson: boolean): LlmResponse['error'] {
  if (status >= 400) {
    const message = answeredByKong ? undefined : readErrorBody(bytes);
    return message === undefined ? undefined : { message };
  }
  // The text of a page is not reported: with a successful status it may be content.
  return isNotJson ? { message: 'the response is not JSON' } : undefined;
}

const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte <= SPACE);
const SPACE = 0x20;
