import { hash } from 'node:crypto';

/** Names a counter: the first 128 bits of a SHA-256. */
export type Digest = Buffer;

/** The length of a digest in bytes. */
export const DIGEST_BYTES = 16;

/**
 * The digest of a list of texts. Each is written with its length, so that no two lists are written alike, whatever
 * the texts hold: `['a', 'bc']` is not `['ab', 'c']`.
 */
export function digestOf(parts: readonly string[]): Digest {
  let text = '';
  for (const part of parts) text += `${part.length}:${part}`;
  return hash('sha256', text, 'buffer').subarray(0, DIGEST_BYTES);
}
