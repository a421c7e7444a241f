import type { LuaValue } from '../lua/value';

/** Bytes that are packed as binary; a string is packed as a string. */
export class Binary {
  constructor(readonly bytes: Uint8Array) {}
}

/** A value to pack. An empty table of Lua is packed as an array. */
export type Packable = LuaValue | Binary | EmptyMap | readonly Packable[] | { readonly [key: string]: Packable };

/** Is packed as an empty map. */
export class EmptyMap {
  readonly size = 0;
}

/**
 * MessagePack with the defaults of lua-MessagePack: strings of raw bytes in the old formats (fixstr, str16, str32),
 * whole numbers as integers, others as doubles, an empty table as an array. Libraries would encode strings in UTF-8.
 */
export function pack(value: Packable): Buffer {
  const parts: Buffer[] = [];
  put(value, parts);
  return Buffer.concat(parts);
}

function put(value: Packable, out: Buffer[]): void {
  if (value === undefined || value === null) out.push(Buffer.of(0xc0));
  else if (typeof value === 'boolean') out.push(Buffer.of(value ? 0xc3 : 0xc2));
  else if (typeof value === 'number') out.push(packNumber(value));
  else if (typeof value === 'string') out.push(head(value.length, 0xa0, 0x1f, 0xda), Buffer.from(value, 'latin1'));
  else if (value instanceof Binary) out.push(binaryHead(value.bytes.length), Buffer.from(value.bytes));
  else if (value instanceof Uint8Array) out.push(head(value.length, 0xa0, 0x1f, 0xda), Buffer.from(value));
  else if (value instanceof EmptyMap) out.push(Buffer.of(0x80));
  else if (Array.isArray(value)) {
    out.push(head(value.length, 0x90, 0x0f, 0xdc));
    for (const element of value as readonly Packable[]) put(element, out);
  } else {
    const entries = Object.entries(value as Readonly<Record<string, Packable>>).filter(
      ([, member]) => member !== undefined,
    );
    if (entries.length === 0) out.push(Buffer.of(0x90));
    else out.push(head(entries.length, 0x80, 0x0f, 0xde));
    for (const [key, member] of entries) {
      put(key, out);
      put(member, out);
    }
  }
}

/** The head of a string, array or map: in the first byte, or 16 or 32 bits after `wide` and `wide + 1`. */
function head(length: number, fix: number, fixMax: number, wide: number): Buffer {
  if (length <= fixMax) return Buffer.of(fix | length);
  if (length <= 0xffff) return Buffer.of(wide, length >> 8, length & 0xff);
  const bytes = Buffer.alloc(5, wide + 1);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

function binaryHead(length: number): Buffer {
  if (length <= 0xff) return Buffer.of(0xc4, length);
  return head(length, 0, -1, 0xc5);
}

function packNumber(value: number): Buffer {
  if (!Number.isSafeInteger(value)) {
    const bytes = Buffer.alloc(9, 0xcb);
    bytes.writeDoubleBE(value, 1);
    return bytes;
  }
  if (value >= 0 && value <= 0x7f) return Buffer.of(value);
  if (value < 0 && value >= -0x20) return Buffer.of(value & 0xff);
  const bytes = Buffer.alloc(9, value < 0 ? 0xd3 : 0xcf);
  if (value < 0) bytes.writeBigInt64BE(BigInt(value), 1);
  else bytes.writeBigUInt64BE(BigInt(value), 1);
  return bytes;
}
