const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;

/**
 * Whether a JSON text has more than `most` commas, colons and opening brackets outside of strings. Each one adds at
 * most one value or key, and a value may need fifty times its length in memory. Stops as soon as the result is known.
 */
export function hasMoreValuesThan(most: number, text: Uint8Array): boolean {
  let count = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at];
    if (isInString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) isInString = false;
    } else if (byte === QUOTE) isInString = true;
    else if (byte === COMMA || byte === COLON || byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      count += 1;
      if (count > most) return true;
    }
  }
  return false;
}
