import { decodeBody } from '../../shared/captured-body/content-encoding';

/** The headers of a response; names in any case. */
export interface AnswerHeaders {
  readonly all: (name: string) => readonly string[];
}

/** The body of a held response; `too_long`: longer than the bound, and not read. */
export type AnswerBody = { readonly kind: 'bytes'; readonly bytes: Uint8Array } | { readonly kind: 'too_long' };

/** A body after its content coding was decoded, or why it could not be. */
export type DecodedAnswer =
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly isEncoded: boolean }
  | { readonly kind: 'unreadable' | 'too_long' };

/** Codings that every version of Node.js decodes. */
const CODINGS = new Set(['gzip', 'x-gzip', 'deflate', 'br']);

/** Decodes a body within a bound, off the event loop. Never rejects. */
export async function decodeAnswer(
  bytes: Uint8Array,
  headers: AnswerHeaders,
  maxBytes: number,
): Promise<DecodedAnswer> {
  if (bytes.length > maxBytes) return { kind: 'too_long' };
  const coding = headers.all('content-encoding').join(',').trim().toLowerCase();
  const isEncoded = coding !== '' && coding !== 'identity';
  if (!isEncoded) return { kind: 'bytes', bytes: toBuffer(bytes), isEncoded };
  const decoded = CODINGS.has(coding) ? await decodeBody(bytes, coding, maxBytes) : undefined;
  if (!decoded) return { kind: 'unreadable' };
  if (decoded.cut) return { kind: decoded.bytes.length >= maxBytes ? 'too_long' : 'unreadable' };
  return { kind: 'bytes', bytes: toBuffer(decoded.bytes), isEncoded };
}

/** The media type in lower case, without parameters; undefined if it is missing or given twice. */
export function mediaTypeOf(headers: AnswerHeaders): string | undefined {
  const [value, ...others] = headers.all('content-type');
  if (value === undefined || others.length > 0) return undefined;
  return value.split(';', 1)[0]?.trim().toLowerCase();
}

const toBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
