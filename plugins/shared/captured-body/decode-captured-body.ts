import type { CapturedBody } from './capture';
import { decodeBody } from './content-encoding';

/** A captured body after its `Content-Encoding` was decoded. */
export interface DecodedBody {
  /** The body from its first byte on; the whole body, unless `isCut`. */
  readonly start: Uint8Array;
  /** The last bytes, if bytes before them are missing; undefined if there are none or they cannot be decoded. */
  readonly end: Uint8Array | undefined;
  /** True if bytes after `start` are missing: not kept, beyond the bound, or not decodable. */
  readonly isCut: boolean;
  /** True if the body is incomplete because the capture kept only parts of it. */
  readonly isPartlyKept: boolean;
}

/**
 * Joins and decodes a captured body; undefined if its `Content-Encoding` is unknown. Works off the event loop. Never
 * rejects.
 *
 * A compressed body with missing bytes is decoded up to the gap: the bytes after it cannot be decoded.
 *
 * @param encoding the value of `Content-Encoding`
 * @param maxBytes the maximum size of `start`
 */
export async function decodeCapturedBody(
  { head, middle = NO_BYTES, tail, missingBytes }: CapturedBody,
  encoding: string | undefined,
  maxBytes: number,
): Promise<DecodedBody | undefined> {
  const isPartlyKept = missingBytes > middle.length;
  const kept = joined(isPartlyKept ? [head, middle] : [head, middle, tail]);
  const decoded = await decodeBody(kept, encoding, maxBytes);
  if (!decoded) return undefined;
  const isEncoded = decoded.bytes !== kept;
  return {
    start: decoded.bytes,
    end: isPartlyKept && !isEncoded ? tail : undefined,
    isCut: isPartlyKept || decoded.cut,
    isPartlyKept,
  };
}

const NO_BYTES = new Uint8Array();

/** Most bodies are in their head as a whole, which is then not copied. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [head = NO_BYTES, ...others] = parts.filter(({ length }) => length > 0);
  return others.length === 0 ? head : Buffer.concat([head, ...others]);
}
