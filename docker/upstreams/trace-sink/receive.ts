import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';

/** The result of a step: a value, or the status and text of a rejection. */
export type Received<T> = { ok: true; value: T } | { ok: false; status: number; detail: string };

/** The accepted content encodings. */
export type Encoding = 'identity' | 'gzip' | 'deflate';

/**
 * Checks the headers as Phoenix does (`routers/v1/traces.py`): exactly this media type, without parameters, and no
 * encodings except gzip and deflate.
 */
export function checkHeaders(contentType: string | undefined, contentEncoding: string | undefined): Received<Encoding> {
  if (contentType !== 'application/x-protobuf') {
    return { ok: false, status: 415, detail: `Unsupported content type: ${shown(contentType)}` };
  }
  if (contentEncoding === undefined || contentEncoding === '') return { ok: true, value: 'identity' };
  if (contentEncoding === 'gzip' || contentEncoding === 'deflate') return { ok: true, value: contentEncoding };
  return { ok: false, status: 415, detail: `Unsupported content encoding: ${shown(contentEncoding)}` };
}

/** Decompresses a body outside the event loop, to at most `maxBytes`. */
export async function unpack(body: Uint8Array, encoding: Encoding, maxBytes: number): Promise<Received<Uint8Array>> {
  if (encoding === 'identity') return { ok: true, value: body };
  try {
    const unpacker = promisify(encoding === 'gzip' ? gunzip : inflate);
    return { ok: true, value: await unpacker(body, { maxOutputLength: maxBytes }) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') return { ok: false, status: 413, detail: 'Request body too large' };
    return { ok: false, status: 422, detail: `Request body is not valid ${encoding}` };
  }
}

function shown(value: string | undefined): string {
  // Python prints a missing header as None.
  return value?.slice(0, 100) ?? 'None';
}
