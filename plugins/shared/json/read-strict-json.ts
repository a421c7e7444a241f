import { isUtf8 } from 'node:buffer';
import type { JsonFault } from './json-fault';
import { parseScanned } from './long-strings';
import { scanJson, TOO_COSTLY, type JsonBounds, type LongStringBounds } from './scan';

/** A document that every reader understands in the same way, or the first fault with the offset of its byte. */
export type StrictJson =
  | { readonly ok: true; readonly value: unknown; readonly idLexemes: readonly (string | undefined)[] }
  | { readonly ok: false; readonly fault: JsonFault; readonly at: number };

const failure = (fault: JsonFault, at = 0): StrictJson => ({ ok: false, fault, at });

/**
 * Reads bytes as strict JSON: valid UTF-8 without byte order mark, one document, no duplicate keys, no lone
 * surrogates, no control characters in keys, no number beyond a double, within the bounds.
 *
 * Never throws. Keys such as `__proto__` become own properties: read them with `Object.hasOwn` and never merge objects.
 *
 * @param within the object whose long strings are checked, but built only when they are read; see {@link LongStringBounds}.
 * The bytes must not change while the value is used then
 */
export function readStrictJson(input: Uint8Array, bounds: JsonBounds, within?: readonly string[]): StrictJson {
  // Without a bound for the other bytes every document is read.
  return read(input, bounds, within && { within, maxOtherBytes: Infinity }) as StrictJson;
}

/** As {@link readStrictJson}; undefined for a document with too many bytes beside its long strings, with or without a fault. */
export const readCheapJson = (
  input: Uint8Array,
  bounds: JsonBounds,
  longStrings: LongStringBounds,
): StrictJson | undefined => read(input, bounds, longStrings);

function read(input: Uint8Array, bounds: JsonBounds, longStrings?: LongStringBounds): StrictJson | undefined {
  const bytes = Buffer.isBuffer(input) ? input : Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  if (bytes.length === 0) return failure('empty_body');
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return failure('byte_order_mark');
  if (!isUtf8(bytes)) return failure('invalid_utf8');
  const scan = scanJson(bytes, bounds, longStrings);
  if (!scan.ok) return scan.fault === TOO_COSTLY ? undefined : failure(scan.fault, scan.at);
  return { ok: true, value: parseScanned(bytes, scan.longStrings), idLexemes: scan.idLexemes };
}
