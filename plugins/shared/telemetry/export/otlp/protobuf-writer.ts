/** Buffers up to this size are used again for the next batch, in bytes. */
const KEPT_BYTES = 1 << 20;
const FIRST_BYTES = 1 << 16;
/** Shorter texts are written character by character: a call of the runtime takes longer. */
const SHORT_TEXT = 48;

/** The type of a field's value (protobuf.dev, "Encoding"). */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/** The buffer of the last writer; undefined while one uses it. */
let kept: Buffer | undefined;

function takeBuffer(): Buffer {
  const buffer = kept ?? Buffer.allocUnsafe(FIRST_BYTES);
  kept = undefined;
  return buffer;
}

/** Writes protobuf messages in one pass: the length of a nested message is filled in at its end. */
export class ProtobufWriter {
  private bytes = takeBuffer();
  private at = 0;

  /** The bytes, in memory of their own. Nothing can be written afterwards. */
  finish(): Uint8Array {
    const bytes = Buffer.from(this.bytes.subarray(0, this.at));
    if (this.bytes.length <= KEPT_BYTES) kept = this.bytes;
    return bytes;
  }

  /** The number and the type of a field; for numbers below 16. */
  tag(field: number, type: number): void {
    this.reserve(1);
    this.bytes[this.at++] = (field << 3) | type;
  }

  /** The same for numbers from 16 to 2047. */
  longTag(field: number, type: number): void {
    this.varint((field << 3) | type);
  }

  /** A number that is not negative and below 2^53. */
  varint(value: number): void {
    this.reserve(10);
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.at++] = rest;
  }

  /** An integer of 64 bits; a negative one has ten bytes. */
  int64(value: number): void {
    if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) {
      this.varint(value);
      return;
    }
    this.reserve(10);
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 0x7fn) {
      this.bytes[this.at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.at++] = Number(rest);
  }

  fixed32(value: number): void {
    this.reserve(4);
    this.at = this.bytes.writeUInt32LE(value, this.at);
  }

  fixed64(value: bigint): void {
    this.reserve(8);
    this.at = this.bytes.writeBigUInt64LE(value, this.at);
  }

  double(value: number): void {
    this.reserve(8);
    this.at = this.bytes.writeDoubleLE(value, this.at);
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** The length and the bytes of a hexadecimal text. */
  hex(text: string): void {
    this.varint(text.length / 2);
    this.reserve(text.length);
    this.at += this.bytes.write(text, this.at, 'hex');
  }

  /** The length and the UTF-8 of a text. */
  text(text: string): void {
    this.reserve(text.length * 3 + 5);
    // Most texts are ASCII: then their length is known before they are written.
    const start = this.open(sizeOf(text.length));
    if (text.length > SHORT_TEXT || !this.ascii(text)) this.at += this.bytes.write(text, this.at, 'utf8');
    this.close(start, sizeOf(text.length));
  }

  /** Begins a nested message with room for its length; returns the position for {@link close}. */
  open(room: number): number {
    this.reserve(room);
    const start = this.at;
    this.at += room;
    return start;
  }

  /** Ends a nested message: writes its length, and moves its bytes if that needs more or less room. */
  close(start: number, room: number): void {
    const { at } = this;
    const length = at - start - room;
    const size = sizeOf(length);
    this.reserve(size);
    if (size !== room) this.bytes.copyWithin(start + size, start + room, at);
    if (size === 1) this.bytes[start] = length;
    else {
      this.at = start;
      this.varint(length);
    }
    this.at = at + size - room;
  }

  /** Writes a text if it is ASCII; else nothing. */
  private ascii(text: string): boolean {
    const { bytes, at } = this;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      bytes[at + index] = code;
    }
    this.at = at + text.length;
    return true;
  }

  private reserve(size: number): void {
    const needed = this.at + size;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }
}

/** The size of a length, in bytes. */
function sizeOf(length: number): number {
  if (length < 0x80) return 1;
  if (length < 0x4000) return 2;
  return length < 0x20_0000 ? 3 : length < 0x1000_0000 ? 4 : 5;
}
