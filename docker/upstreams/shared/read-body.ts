import type { IncomingMessage } from 'node:http';

/** How much beyond the limit is read and discarded, so that a well-behaved client can read the 413. */
const DISCARD_FACTOR = 4;

/**
 * The body of a request, or undefined if it is longer than `maxBytes`.
 * Never keeps more than `maxBytes`; rejects if the client disconnects before the end.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  let chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received <= maxBytes) chunks.push(chunk);
    else chunks = [];
    if (received > maxBytes * DISCARD_FACTOR) return undefined;
  }
  return received > maxBytes ? undefined : Buffer.concat(chunks, received);
}
