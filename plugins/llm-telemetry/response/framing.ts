import { endOfObject } from '../../shared/json/json-fragment';

/** How an answer's bytes are framed. */
export type Framing = 'document' | 'ndjson' | 'sse';

/** Bytes that are looked at; a first record that is longer is taken for a document. */
const MAX_SNIFFED = 65_536;

const NDJSON_TYPES: ReadonlySet<string> = new Set([
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
  'application/stream+json',
]);

/** The framing that a media type promises. */
export function framingOfType(mediaType: string): Framing {
  if (mediaType === 'text/event-stream') return 'sse';
  return NDJSON_TYPES.has(mediaType) ? 'ndjson' : 'document';
}

/**
 * The framing of an answer by its first bytes, since proxies and emulators send streams under wrong media types;
 * undefined where they do not tell. Linear in the bytes, of which it looks at the first 64 KiB. Never throws.
 */
export function sniffFraming(bytes: Uint8Array, mediaType: string): Framing | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAX_SNIFFED)).toString('utf8');
  const start = text.search(/[^\s\ufeff]/);
  if (start === -1) return undefined;
  if (text[start] === '{') return framingOfObjects(text, start, mediaType);
  if (text[start] === '[') return 'document';
  return /^(?:data|event|id|retry|):/.test(text.slice(start, start + 6)) ? 'sse' : undefined;
}

/** One object is a document, or a stream of one record: then the media type decides. More are a stream. */
function framingOfObjects(text: string, start: number, mediaType: string): Framing {
  const promised = framingOfType(mediaType);
  const end = endOfObject(text, start);
  if (end === undefined) return promised === 'ndjson' ? 'ndjson' : 'document';
  if (/^\s*\{/.test(text.slice(end, end + 1024))) return 'ndjson';
  // A record has no line end within; under a stream's media type one without is the first of a stream.
  return promised === 'document' || /[\r\n]/.test(text.slice(start, end)) ? 'document' : 'ndjson';
}
