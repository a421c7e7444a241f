import { isJsonObject } from '../../shared/json/json-object';
import { foldName } from '../../shared/mcp/fold-text';

/** How much of a body is looked at to see how it begins. */
const HEAD_BYTES = 4096;

/** An object or a list, after what some reader skips: a byte order mark, zero bytes of UTF-16 and -32, blanks; or a comment. */
const JSON_BEGINS = /^[\s\0\ufeff\ufffd]*(?:$|[{[]|\/[/*])/;

/** Might some reader take the body for a JSON object or list? Looks at its beginning alone. */
export const beginsLikeJson = (bytes: Uint8Array): boolean =>
  JSON_BEGINS.test(withoutZeros(bytes.subarray(0, HEAD_BYTES)));

/**
 * Might some server take the body for a message of JSON-RPC? By a member `jsonrpc` or `method` at the top, in any
 * spelling; of what is not JSON to everybody, by these words anywhere, or by its media type (`claimsJson`).
 */
export function mayHoldMessage(bytes: Uint8Array, claimsJson: boolean): boolean {
  const text = withoutZeros(bytes).replace(/^[\ufeff\ufffd]+/, '');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (claimsJson) return true;
    const unescaped = text.replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    return /jsonrpc|method/.test(foldName(unescaped));
  }
  return (Array.isArray(value) ? (value as unknown[]) : [value]).some(
    (item) => isJsonObject(item) && Object.keys(item).some(isMessageMember),
  );
}

function isMessageMember(name: string): boolean {
  const folded = foldName(name);
  return folded === 'jsonrpc' || folded === 'method';
}

/** The text of UTF-8, and that of UTF-16 and -32 as far as it is ASCII. */
function withoutZeros(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  return text.includes('\0') ? text.replaceAll('\0', '') : text;
}
