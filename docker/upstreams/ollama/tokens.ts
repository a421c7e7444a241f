/** Longer text is counted exactly up to this length and estimated beyond, so that counting stays fast. */
const EXACT_CHARS = 65_536;
const CHARS_PER_TOKEN = 4;

/**
 * Splits text into tokens of a realistic size: up to six letters or one other character, each with the space before it.
 * Joined, they are the text again.
 */
export function tokenize(text: string): string[] {
  return text.match(/\s{0,4}[\p{L}\p{N}]{1,6}|\s{1,4}|[^\p{L}\p{N}\s]/gu) ?? [];
}

/** The number of tokens of a text, by `tokenize`; estimated beyond 65,536 characters. */
export function countTokens(text: string): number {
  const beyond = Math.max(0, text.length - EXACT_CHARS);
  return tokenize(text.slice(0, EXACT_CHARS)).length + Math.ceil(beyond / CHARS_PER_TOKEN);
}

/** A stable number below 32,768 for a token, like the vocabulary index of a real model (FNV-1a). */
export function tokenId(token: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(token)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % 32_768;
}
