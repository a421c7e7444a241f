import type { IncomingMessage } from 'node:http';
import { decodeBody } from '../../shared/captured-body/content-encoding';
import { isJsonObject, type JsonObject } from '../../shared/json/json-object';
import { readStrictJson } from '../../shared/json/read-strict-json';
import { LARGE_BODY_BYTES } from '../../shared/runtime/side-thread/large-body';
import { BUSY, type SideThread } from '../../shared/runtime/side-thread/side-thread';
import { JSON_BOUNDS, NOT_AN_OBJECT } from './json-slices-task';
import { readLargeJson } from './read-large-json';

/** The body of a request, or the response to it. */
export type ReadRequest =
  | { readonly ok: true; readonly body: JsonObject; readonly bytes: number }
  | { readonly ok: false; readonly status: number; readonly message: string };

const ENCODINGS = new Set(['', 'identity', 'gzip', 'x-gzip', 'zstd']);

/** Reads the body of a client's request as strict JSON. @throws when the client leaves */
export async function readRequest(
  request: IncomingMessage,
  maxBytes: number,
  thread: SideThread,
): Promise<ReadRequest> {
  const encoding = (request.headers['content-encoding'] ?? '').trim().toLowerCase();
  if (!ENCODINGS.has(encoding)) return failure(400, 'the Content-Encoding must be identity, gzip or zstd');
  const raw = await readClientBody(request, maxBytes);
  if (!raw) return failure(413, `the request is larger than ${maxBytes} bytes (max_request_bytes)`);
  const decoded = await decodeBody(raw, encoding, maxBytes);
  if (!decoded) return failure(400, `this gateway cannot decode ${encoding}`);
  if (decoded.cut) return failure(400, `the body is not valid ${encoding}, or larger than ${maxBytes} bytes`);
  const { bytes } = decoded;
  if (bytes.length > LARGE_BODY_BYTES) {
    const large = await readLargeJson(bytes, thread);
    if (large === BUSY) return failure(503, 'too many large requests at the same time');
    return 'problem' in large ? failure(400, large.problem) : { ok: true, body: large.value, bytes: bytes.length };
  }
  const read = readStrictJson(bytes, JSON_BOUNDS);
  if (!read.ok) return failure(400, `the body is not valid JSON: ${read.fault.replaceAll('_', ' ')}`);
  return isJsonObject(read.value) ? { ok: true, body: read.value, bytes: bytes.length } : failure(400, NOT_AN_OBJECT);
}

/** The body; undefined as soon as it is longer than `maxBytes`. The rest is discarded, so that the client reads the response. */
function readClientBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else {
        chunks = [];
        resolve(undefined);
      }
    });
    request.once('end', () => {
      resolve(Buffer.concat(chunks));
    });
    request.once('error', reject);
  });
}

const failure = (status: number, message: string): ReadRequest => ({ ok: false, status, message });
