import { hash } from 'node:crypto';

/**
 * A list of texts, each written with its length, so that no two lists are written alike, whatever the texts hold:
 * `['a', 'bc']` is not `['ab', 'c']`. Two such texts in a row are that of both lists.
 */
export type KeyText = string;

/** Names a counter: the first 120 bits of a SHA-256. */
export interface Digest {
  /** In base64url. */
  readonly text: string;
  /** As four numbers of 30 bits. */
  readonly words: Words;
}

type Words = readonly [number, number, number, number];

/** Characters of a digest, six bits each. */
const DIGEST_LENGTH = 20;
const CHARACTERS_IN_WORD = 5;

/** Digests that are kept at a time, at most twice as many; and the longest text whose digest is. Some 10 MB, 23 MB at most. */
const KEPT = 16_384;
const MAX_KEPT_LENGTH = 256;

let recent = new Map<string, Digest>();
let older = new Map<string, Digest>();

/** Writes a list of texts. */
export function keyText(parts: readonly string[]): KeyText {
  let text = '';
  for (const part of parts) text += `${part.length}:${part}`;
  return text;
}

/**
 * The digest of a list of texts. Those of callers who come again and again are remembered: a digest costs more than all
 * else that a counter does.
 */
export function digestOf(text: KeyText): Digest {
  return text.length > MAX_KEPT_LENGTH ? compute(text) : (recent.get(text) ?? remember(text));
}

function remember(text: KeyText): Digest {
  if (recent.size >= KEPT) {
    older = recent;
    recent = new Map();
  }
  const digest = older.get(text) ?? compute(text);
  recent.set(text, digest);
  return digest;
}

function compute(text: KeyText): Digest {
  const digest = hash('sha256', text, 'base64url').slice(0, DIGEST_LENGTH);
  return { text: digest, words: [wordOf(digest, 0), wordOf(digest, 1), wordOf(digest, 2), wordOf(digest, 3)] };
}

/** RFC 4648, section 5. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const BITS = new Uint8Array(128);
for (let bits = 0; bits < ALPHABET.length; bits++) BITS[ALPHABET.charCodeAt(bits)] = bits;

function wordOf(digest: string, word: number): number {
  let bits = 0;
  for (let at = word * CHARACTERS_IN_WORD; at < (word + 1) * CHARACTERS_IN_WORD; at++) {
    bits = (bits << 6) | (BITS[digest.charCodeAt(at)] ?? 0);
  }
  return bits;
}
