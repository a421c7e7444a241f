const SENTINEL = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;
const PREFIX = '=?base64?';

/**
 * Decodes the value of a mirrored header (2026-07-28, basic/transports/streamable-http "Value Encoding"): plain text
 * without surrounding blanks, or UTF-8 in canonical, padded base64 between `=?base64?` and `?=`.
 *
 * Returns undefined if it is malformed, or contains a byte that must be encoded in a header.
 */
export function decodeHeaderValue(raw: string): string | undefined {
  const value = raw.replace(/^[ \t]+/, '').replace(/(?<![ \t])[ \t]+$/, '');
  if (!value.startsWith(PREFIX) || !value.endsWith('?=')) return isVisibleText(value) ? value : undefined;
  const encoded = SENTINEL.exec(value)?.[1];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  // Only the canonical encoding survives a round trip.
  if (bytes.toString('base64') !== encoded) return undefined;
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : undefined;
}

/** True for printable ASCII and tabs. */
function isVisibleText(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code > 0x7e || (code < 0x20 && code !== 0x09)) return false;
  }
  return true;
}
