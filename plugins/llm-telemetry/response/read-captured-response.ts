import type { CapturedResponse } from '../../shared/captured-body/capture';
import { decodeCapturedBody } from '../../shared/captured-body/decode-captured-body';
import { headerOf, mediaTypeOf, type LogEntry } from '../../shared/telemetry/log-entry';
import type { ApiName } from '../request/apis';
import { readErrorBody } from './errors/error-body';
import { API_FORMATS } from './formats/api-formats';
import { framingOfType, sniffFraming, type Framing } from './framing';
import type { LlmResponse, ResponseLimits } from './llm-response';
import { createReader } from './reader';

/** An answer, and how its bytes say that they are framed; undefined where they do not. */
export interface ReadResponse {
  readonly response: LlmResponse;
  readonly framing: Framing | undefined;
}

/**
 * Reads the captured response; undefined if its encoding is unknown.
 */
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
  const isNone = framing === undefined && framingOfType(mediaType) === 'document' && !isBlank(bytes);
  const error = response.error ?? errorIn(bytes, entry, isNone);
  if (error) response.error = error;
  return { response, framing };
}

/** What the reader of the API does not know as an error, and is one by the status, or because it is no answer at all. */
function errorIn(bytes: Uint8Array, { status, answeredByKong }: LogEntry, isNone: boolean): LlmResponse['error'] {
  if (status >= 400) {
    const message = answeredByKong ? undefined : readErrorBody(bytes);
    return message === undefined ? undefined : { message };
  }
  // The words of a page are not told: with a status that is good they may be content.
  return isNone ? { message: 'the answer is not JSON' } : undefined;
}

const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte <= SPACE);
const SPACE = 0x20;
