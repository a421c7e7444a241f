/** Bytes of the length that stands before every frame. */
const FRAME_LENGTH_BYTES = 4;

/** Bitwise operators work on 32 bits. */
const MAX_INT32 = 0x7fff_ffff;

/** Up to so many characters a loop is faster than a call of the runtime; their length has one byte. */
const SHORT_TEXT = 48;

/** A larger buffer is not kept for the next messages. */
const MAX_KEPT_BYTES = 65_536;

/** The first byte of a field with a length: its number and wire type 2. */
const lengthDelimited = (field: number): number => (field << 3) | 2;

/**
 * Writes frames and protobuf messages one after the other into a buffer that is used again, without an object for each
 * message. Field numbers are at most 15.
 */
export class MessageWriter {
  private bytes = Buffer.allocUnsafe(4096);
  private length = 0;

  /** Forgets what was written. */
  reset(): void {
    this.length = 0;
    if (this.bytes.length > MAX_KEPT_BYTES) this.bytes = Buffer.allocUnsafe(4096);
  }

  /** A copy of what was written since the last reset. */
  copy(): Buffer {
    const copied = Buffer.allocUnsafe(this.length);
    this.bytes.copy(copied, 0, 0, this.length);
    return copied;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Returns what {@link endFrame} needs. */
  beginFrame(): number {
    this.reserve(FRAME_LENGTH_BYTES);
    return (this.length += FRAME_LENGTH_BYTES);
  }

  endFrame(start: number): void {
    this.bytes.writeUInt32LE(this.length - start, start - FRAME_LENGTH_BYTES);
  }

  /** Begins a field that is a message; returns what {@link endMessage} needs. */
  beginMessage(field: number): number {
    this.reserve(2);
    this.bytes[this.length] = lengthDelimited(field);
    // Most lengths have one byte.
    return (this.length += 2);
  }

  endMessage(start: number): void {
    const size = this.length - start;
    const further = varintBytes(size) - 1;
    if (further > 0) {
      this.reserve(further);
      this.bytes.copyWithin(start + further, start, this.length);
    }
    this.length = start - 1;
    this.varint(size);
    this.length += size;
  }

  text(field: number, value: string): void {
    // A character has at most three bytes for each of its UTF-16 units.
    const most = value.length * 3;
    this.reserve(most + 6);
    this.bytes[this.length++] = lengthDelimited(field);
    if (value.length <= SHORT_TEXT && this.shortAscii(value)) return;
    this.varint(varintBytes(most) === 1 ? 0 : Buffer.byteLength(value));
    const size = this.bytes.write(value, this.length);
    if (most < 128) this.bytes[this.length - 1] = size;
    this.length += size;
  }

  data(field: number, value: Uint8Array): void {
    this.reserve(value.length + 6);
    this.bytes[this.length++] = lengthDelimited(field);
    this.varint(value.length);
    this.raw(value);
  }

  double(field: number, value: number): void {
    this.reserve(9);
    this.bytes[this.length++] = (field << 3) | 1;
    this.length = this.bytes.writeDoubleLE(value, this.length);
  }

  /** An integer from 0 to `Number.MAX_SAFE_INTEGER`. */
  integer(field: number, value: number): void {
    this.reserve(9);
    this.bytes[this.length++] = field << 3;
    this.varint(value);
  }

  /** Writes the length and the characters of a short text if it is ASCII. */
  private shortAscii(value: string): boolean {
    const start = this.length + 1;
    for (let at = 0; at < value.length; at++) {
      const code = value.charCodeAt(at);
      if (code > 0x7f) return false;
      this.bytes[start + at] = code;
    }
    this.bytes[this.length] = value.length;
    this.length = start + value.length;
    return true;
  }

  private varint(value: number): void {
    let rest = value;
    while (rest > MAX_INT32) {
      this.bytes[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      this.bytes[this.length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  private reserve(further: number): void {
    const needed = this.length + further;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * needed);
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}

/** Bytes of a number of less than 2^31 as a varint. */
function varintBytes(value: number): number {
  let count = 1;
  for (let rest = value; rest > 127; rest >>>= 7) count += 1;
  return count;
}
