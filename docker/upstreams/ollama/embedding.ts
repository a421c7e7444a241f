import { tokenId, tokenize } from './tokens';

const DIMENSIONS = 64;
/** Characters of a text that are used for its vector. */
const MAX_CHARS = 8_192;

/** A unit vector of 64 numbers; texts that share words are close together. Deterministic. */
export function embed(text: string): number[] {
  const vector = new Array<number>(DIMENSIONS).fill(0);
  for (const token of tokenize(text.slice(0, MAX_CHARS).toLowerCase())) {
    const id = tokenId(token.trim());
    const at = id % DIMENSIONS;
    vector[at] = (vector[at] ?? 0) + ((id / DIMENSIONS) % 2 < 1 ? 1 : -1);
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}
