import { hash } from 'node:crypto';

/** Names a counter: the first 120 bits of a SHA-256, in base64url. */
export type Digest = string;

/** Characters of a digest, six bits each. */
const DIGEST_LENGTH = 20;
const CHARACTERS_IN_WORD = 5;

/** How many words {@link writeWords} writes. */
export const DIGEST_WORDS = DIGEST_LENGTH / CHARACTERS_IN_WORD;

/** Digests that are kept at a time, at most twice as many; and the longest text whose digest is. */
const KEPT = 8192;
const MAX_KEPT_LENGTH = 256;

let recent = new Map<string, Digest>();
let older = new Map<string, Digest>();

/**
 * The digest of a list of texts. Each is written with its length, so that no two lists are written alike, whatever
 * the texts hold: `['a', 'bc']` is not `['ab', 'c']`.
 *
 * Those of callers who come again and again are remembered: a digest costs more than all else that a counter does.
 */
export function digestOf(parts: readonly string[]): Digest {
  let text = '';
  for (const part of parts) text += `${part.length}:${part}`;
  return text.length > MAX_KEPT_LENGTH ? compute(text) : (recent.get(text) ?? remember(text));
}

function remember(text: string): Digest {
  if (recent.size >= KEPT) {
    older = recent;
    recent = new Map();
  }
  const digest = older.get(text) ?? compute(text);
  recent.set(text, digest);
  return digest;
}

const compute = (text: string): Digest => hash('sha256', text, 'base64url').slice(0, DIGEST_LENGTH);

/** RFC 4648, section 5. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const BITS = new Uint8Array(128);
for (let bits = 0; bits < ALPHABET.length; bits++) BITS[ALPHABET.charCodeAt(bits)] = bits;

/** The first eight bits of the digest. */
export const firstByte = (digest: Digest): number =>
  ((BITS[digest.charCodeAt(0)] ?? 0) << 2) | ((BITS[digest.charCodeAt(1)] ?? 0) >> 4);

/** Writes the digest as numbers of 30 bits. */
export function writeWords(digest: Digest, words: Uint32Array): void {
  for (let word = 0; word < DIGEST_WORDS; word++) {
    let bits = 0;
    for (let at = word * CHARACTERS_IN_WORD; at < (word + 1) * CHARACTERS_IN_WORD; at++) {
      bits = (bits << 6) | (BITS[digest.charCodeAt(at)] ?? 0);
    }
    words[word] = bits;
  }
}
