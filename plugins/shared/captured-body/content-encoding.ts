import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

/** A body after its `Content-Encoding` was decoded. */
export interface Decoded {
  readonly bytes: Uint8Array;
  /** True if the encoded bytes ended early, were invalid, or decoded to more than the bound. */
  readonly cut: boolean;
}

type Decoder = () => NodeJS.ReadWriteStream & { destroy(): void };

const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH } = zlib.constants;
const { createZstdDecompress } = zlib as typeof zlib & { createZstdDecompress?: Decoder };

/** With `finishFlush` an incomplete body is decoded as far as possible instead of failing. zstd requires Node 22.15. */
const decoders: Readonly<Record<string, Decoder | undefined>> = {
  gzip: () => zlib.createGunzip({ finishFlush: Z_SYNC_FLUSH }),
  'x-gzip': () => zlib.createGunzip({ finishFlush: Z_SYNC_FLUSH }),
  deflate: () => zlib.createInflate({ finishFlush: Z_SYNC_FLUSH }),
  br: () => zlib.createBrotliDecompress({ finishFlush: BROTLI_OPERATION_FLUSH }),
  zstd: createZstdDecompress,
};

/**
 * Decodes one `Content-Encoding`; undefined if it is unknown. Returns at most `maxBytes`, whatever the size of the
 * decoded body. Works off the event loop. Never rejects.
 *
 * @param encoding the value of the header; empty and `identity` return the bytes unchanged
 */
export async function decodeBody(
  bytes: Uint8Array,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Decoded | undefined> {
  const name = (encoding ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity') return { bytes, cut: false };
  const create = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  return create && (await unfold(bytes, create(), maxBytes));
}

function unfold(bytes: Uint8Array, decoder: ReturnType<Decoder>, maxBytes: number): Promise<Decoded> {
  return promisify<Decoded>((done) => {
    const parts: Buffer[] = [];
    let size = 0;
    const finish = (cut: boolean) => {
      decoder.destroy();
      done(null, { bytes: Buffer.concat(parts), cut });
    };
    decoder.on('data', (part: Buffer) => {
      const room = maxBytes - size;
      parts.push(part.subarray(0, room));
      size += part.length;
      if (size > maxBytes) finish(true);
    });
    decoder.on('end', () => {
      finish(false);
    });
    decoder.on('error', () => {
      finish(true);
    });
    decoder.end(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  })();
}
