import { endOfObject } from '../../shared/json/json-fragment';

/** How the bytes of a response are framed. */
export type Framing = 'document' | 'ndjson' | 'sse';

/** The number of bytes that are inspected; a longer first record counts as a document. */
const MAX_SNIFFED = 65_536;

const NDJSON_TYPES: ReadonlySet<string> = new Set([
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
  'application/stream+json',
]);

/** The framing of a media type. */
export function framingOfType(mediaType: string): Framing {
  if (mediaType === 'text/event-stream') return 'sse';
  return NDJSON_TYPES.has(mediaType) ? 'ndjson' : 'document';
}

/**
 * The framing of a response by its first bytes, since proxies and compatible servers send streams with wrong media
 * types; undefined if they do not show it. Linear in the bytes, of which it inspects the first 64 KiB. Never throws.
 */
export function sniffFraming(bytes: Uint8Array, mediaType: string): Framing | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAX_SNIFFED)).toString('utf8');
  const start = text.search(/[^\s\ufeff]/);
  if (start === -1) return undefined;
  if (text[start] === '{') return framingOfObjects(text, start, mediaType);
  if (text[start] === '[') return 'document';
  return /^(?:data|event|id|retry|):/.test(text.slice(start, start + 6)) ? 'sse' : undefined;
}

/** A single object is a document, or a stream of one record: the media type decides. Several objects are a stream. */
function framingOfObjects(text: string, start: number, mediaType: string): Framing {
  const promised = framingOfType(mediaType);
  const end = endOfObject(text, start);
  if (end === undefined) return promised === 'ndjson' ? 'ndjson' : 'document';
  if (/^\s*\{/.test(text.slice(end, end + 1024))) return 'ndjson';
  // A record contains no line break: with the media type of a stream, an object without one is a record.
  return promised === 'document' || /[\r\n]/.test(text.slice(start, end)) ? 'document' : 'ndjson';
}
