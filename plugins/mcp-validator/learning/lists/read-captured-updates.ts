import type { Capture } from '../../../shared/captured-body/capture';
import { decodeCapturedBody } from '../../../shared/captured-body/decode-captured-body';
import { MAX_LIST_BYTES, type ListExchange, type ToolNews } from './read-tool-updates';

/** What an exchange tells that has nothing to do with tools. */
const NOTHING: ToolNews = { pages: [], listChanged: false, unread: undefined };

/** What the head of the response says of its body. */
interface ResponseHead {
  readonly mediaType: string;
  /** The value of `Content-Encoding`. */
  readonly encoding: string | undefined;
  readonly status: number;
}

const EVENT_STREAM = 'text/event-stream';

/** Reads an exchange, here or in another thread. */
export type ReadNews = (exchange: ListExchange) => ToolNews | Promise<ToolNews>;

/** Reads what a captured exchange tells of the server's tools; unpacks off the event loop. */
export async function readCapturedNews(
  { request, response }: Capture,
  { mediaType, encoding, status }: ResponseHead,
  read: ReadNews,
): Promise<ToolNews> {
  const asked = request.head;
  const body = await decodeCapturedBody(response, encoding, MAX_LIST_BYTES);
  if (!body) return asksForList(asked) ? { ...NOTHING, unread: 'encoding' } : NOTHING;
  const { start: bytes, isCut, isPartlyKept } = body;
  if (!asksForList(asked) && !mayTellOfTools(bytes)) return NOTHING;
  return read({
    asked,
    isAskedCut: request.totalBytes > asked.length,
    isEventStream: mediaType === EVENT_STREAM,
    isTaken: status === 200 && (mediaType === EVENT_STREAM || mediaType === 'application/json'),
    bytes,
    isCut: isPartlyKept || (isCut && response.complete),
    isBrokenOff: !response.complete,
  });
}

/** A method may be written with escapes. */
const asksForList = (asked: Uint8Array): boolean => includesAny(asked, ['tools/list', '\\']);

const mayTellOfTools = (bytes: Uint8Array): boolean => includesAny(bytes, ['tools', '\\u00']);

function includesAny({ buffer, byteOffset, byteLength }: Uint8Array, words: readonly string[]): boolean {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  return words.some((word) => bytes.includes(word));
}
