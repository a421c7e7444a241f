/** Nested messages beyond it are malformed; protobuf implementations use the same bound. */
const MAX_DEPTH = 100;

/** The wire types of protobuf. */
const VARINT = 0;
const EIGHT_BYTES = 1;
const DATA = 2;
const FOUR_BYTES = 5;

/**
 * Reads the fields of a protobuf message in their order, without an object for each nested message.
 *
 * Every method throws an Error where the bytes are not such a field.
 */
export class MessageReader {
  private readonly bytes: Buffer;
  private at = 0;
  private end: number;
  private wireType = 0;
  private depth = 0;
  /** All bytes as one text: one character is one byte, so a text of the message is a part of it. */
  private latin1: string | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.length;
  }

  /** The number of the next field of the current message; 0 at its end. Read or skip the field before the next call. */
  next(): number {
    if (this.at >= this.end) return 0;
    const tag = this.varint();
    this.wireType = tag & 7;
    if (tag < 8) throw new Error('a field has the number 0');
    return tag >>> 3;
  }

  /** Enters the field, a message; pass the result to {@link leave} at its end. */
  enter(): number {
    const size = this.size();
    if (++this.depth > MAX_DEPTH) throw new Error('messages are nested too deeply');
    const outerEnd = this.end;
    this.end = this.at + size;
    return outerEnd;
  }

  leave(outerEnd: number): void {
    this.end = outerEnd;
    this.depth -= 1;
  }

  /** The bytes of the field: a view. */
  data(): Buffer {
    const size = this.size();
    return this.bytes.subarray(this.at, (this.at += size));
  }

  /** The text of the field; malformed UTF-8 is replaced. */
  text(encoding: 'latin1' | 'utf8'): string {
    const size = this.size();
    const start = this.at;
    this.at += size;
    if (encoding === 'utf8') return this.bytes.toString('utf8', start, this.at);
    this.latin1 ??= this.bytes.toString('latin1');
    return this.latin1.slice(start, this.at);
  }

  /** The integer of the field. @throws also for one above `Number.MAX_SAFE_INTEGER`, and for a negative one */
  integer(): number {
    this.expect(VARINT);
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.take(1)] as number;
      value += (byte & 127) * factor;
      if (value > Number.MAX_SAFE_INTEGER) throw new Error('an integer is too large');
      if (byte < 128) return value;
    }
  }

  double(): number {
    this.expect(EIGHT_BYTES);
    return this.bytes.readDoubleLE(this.take(8));
  }

  bool(): boolean {
    this.expect(VARINT);
    return this.varint() !== 0;
  }

  skip(): void {
    if (this.wireType === VARINT) this.varint();
    else if (this.wireType === DATA) this.take(this.size());
    else if (this.wireType === EIGHT_BYTES) this.take(8);
    else if (this.wireType === FOUR_BYTES) this.take(4);
    else throw new Error(`wire type ${this.wireType} is not known`);
  }

  private size(): number {
    this.expect(DATA);
    const size = this.varint();
    if (size > this.end - this.at) throw new Error('a field is longer than its message');
    return size;
  }

  /** Moves over so many bytes; returns where they begin. */
  private take(count: number): number {
    const start = this.at;
    if (count > this.end - start) throw new Error('the message ends within a field');
    this.at += count;
    return start;
  }

  private expect(wireType: number): void {
    if (this.wireType !== wireType) throw new Error(`wire type ${this.wireType} in place of ${wireType}`);
  }

  /** The low 32 bits of a varint, as an unsigned number. */
  private varint(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.bytes[this.take(1)] as number;
      if (shift < 32) value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
    throw new Error('a number is too long');
  }
}
