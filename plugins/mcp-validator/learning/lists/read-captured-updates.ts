import type { Capture } from '../../../shared/captured-body/capture';
import { decodeCapturedBody } from '../../../shared/captured-body/decode-captured-body';
import { MAX_LIST_BYTES, type ListExchange, type ToolUpdates } from './read-tool-updates';

/** The updates of an exchange that is not about tools. */
const NOTHING: ToolUpdates = { pages: [], listChanged: false, unread: undefined };

/** The parts of the response's head that are needed to read its body. */
interface ResponseHead {
  readonly mediaType: string;
  /** The value of `Content-Encoding`. */
  readonly encoding: string | undefined;
  readonly status: number;
}

const EVENT_STREAM = 'text/event-stream';

/** Reads an exchange, in this thread or another. */
export type ReadUpdates = (exchange: ListExchange) => ToolUpdates | Promise<ToolUpdates>;

/** Reads the updates of a server's tools from a captured exchange. Decodes the body off the event loop. */
export async function readCapturedUpdates(
  { request, response }: Capture,
  { mediaType, encoding, status }: ResponseHead,
  read: ReadUpdates,
  withParts: boolean,
): Promise<ToolUpdates> {
  const asked = request.head;
  const body = await decodeCapturedBody(response, encoding, MAX_LIST_BYTES);
  if (!body) return asksForList(asked) ? { ...NOTHING, unread: 'encoding' } : NOTHING;
  const { start: bytes, isCut, isPartlyKept } = body;
  if (!asksForList(asked) && !mayContainTools(bytes)) return NOTHING;
  return read({
    asked,
    isAskedCut: request.totalBytes > asked.length,
    isEventStream: mediaType === EVENT_STREAM,
    isAccepted: status === 200 && (mediaType === EVENT_STREAM || mediaType === 'application/json'),
    bytes,
    isCut: isPartlyKept || (isCut && response.complete),
    isBrokenOff: !response.complete,
    withParts,
  });
}

/** A method may be written with JSON escapes. */
const asksForList = (asked: Uint8Array): boolean => includesAny(asked, ['tools/list', '\\']);

const mayContainTools = (bytes: Uint8Array): boolean => includesAny(bytes, ['tools', '\\u00']);

function includesAny({ buffer, byteOffset, byteLength }: Uint8Array, words: readonly string[]): boolean {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  return words.some((word) => bytes.includes(word));
}
