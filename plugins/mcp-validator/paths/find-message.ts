import { isJsonObject } from '../../shared/json/json-object';
import { foldName } from '../../shared/mcp/fold-text';

/** Bytes of a body that are read to see how it starts. */
const HEAD_BYTES = 4096;

/** An object or a list, after what some readers skip: a byte order mark, zero bytes of UTF-16 and -32, blanks; or a comment. */
const JSON_BEGINS = /^[\s\0\ufeff\ufffd]*(?:$|[{[]|\/[/*])/;

/** True if some reader may take the body for a JSON object or list. Reads only its start. */
export const beginsLikeJson = (bytes: Uint8Array): boolean =>
  JSON_BEGINS.test(withoutZeros(bytes.subarray(0, HEAD_BYTES)));

/**
 * True if some server may take the body for a JSON-RPC message: it has a member `jsonrpc` or `method` at the top, in any
 * spelling; or it is not valid JSON, and has one of these words anywhere or a JSON media type (`claimsJson`).
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

/** Decodes UTF-8, and the ASCII characters of UTF-16 and -32. */
function withoutZeros(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  return text.includes('\0') ? text.replaceAll('\0', '') : text;
}
