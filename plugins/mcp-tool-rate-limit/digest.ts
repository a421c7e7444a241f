import { hash } from 'node:crypto';

/**
 * A list of parts as one text, to compute a {@link Digest} of. Each part is preceded by its length, so that different
 * lists give different texts, whatever the parts contain: `['a', 'bc']` is not `['ab', 'c']`. The concatenation of two
 * such texts is the text of both lists, so what many keys have in common is encoded once. Never parsed.
 */
export type EncodedParts = string;

/** Identifies a counter: the first 120 bits of a SHA-256. */
export interface Digest {
  /** In base64url. */
  readonly text: string;
  /** As four numbers of 30 bits. */
  readonly words: Words;
}

type Words = readonly [number, number, number, number];

/** Characters of a digest, six bits each. */
const DIGEST_LENGTH = 20;
const CHARACTERS_PER_WORD = 5;

/** Digests kept in one generation of the cache. */
const GENERATION_SIZE = 16_384;
/** Digests of longer texts are not kept. With two generations the cache takes 10 MB typically, and 23 MB at most. */
const MAX_CACHED_LENGTH = 256;

let recent = new Map<string, Digest>();
let older = new Map<string, Digest>();

/** Encodes a list of parts. */
export function encodeParts(parts: readonly string[]): EncodedParts {
  let text = '';
  for (const part of parts) text += `${part.length}:${part}`;
  return text;
}

/** The digest of a list of parts. Cached, since it costs more than everything else that a counter does. */
export function digestOf(parts: EncodedParts): Digest {
  return parts.length > MAX_CACHED_LENGTH ? compute(parts) : (recent.get(parts) ?? cache(parts));
}

function cache(parts: EncodedParts): Digest {
  if (recent.size >= GENERATION_SIZE) {
    older = recent;
    recent = new Map();
  }
  const digest = older.get(parts) ?? compute(parts);
  recent.set(parts, digest);
  return digest;
}

function compute(parts: EncodedParts): Digest {
  const text = hash('sha256', parts, 'base64url').slice(0, DIGEST_LENGTH);
  return { text, words: [wordOf(text, 0), wordOf(text, 1), wordOf(text, 2), wordOf(text, 3)] };
}

/** RFC 4648, section 5. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const BITS = new Uint8Array(128);
for (let bits = 0; bits < ALPHABET.length; bits++) BITS[ALPHABET.charCodeAt(bits)] = bits;

function wordOf(digest: string, wordIndex: number): number {
  const start = wordIndex * CHARACTERS_PER_WORD;
  let bits = 0;
  for (let i = start; i < start + CHARACTERS_PER_WORD; i++) bits = (bits << 6) | (BITS[digest.charCodeAt(i)] ?? 0);
  return bits;
}
