import { tokenId, tokenize } from './tokens';

const DIMENSIONS = 64;
/** Only this much of a text goes into its vector. */
const MAX_CHARS = 8_192;

/** A unit vector of 64 numbers in which texts that share words lie close together; the same for the same text. */
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
