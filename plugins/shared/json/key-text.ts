import { hexDigit } from './digits';

/** The range of a key's text: in the document, or after its end among the decoded texts. */
export interface KeyRange {
  readonly start: number;
  readonly end: number;
}

const BACKSLASH = 0x5c;
const NO_BYTES = Buffer.alloc(0);

/** The letters of escapes of control characters: b, f, n, r, t. */
const CONTROLS = new Set([0x62, 0x66, 0x6e, 0x72, 0x74]);

/**
 * The texts of keys as UTF-8 bytes: in the document, or decoded if they have escapes, so that every spelling of a key has the
 * same bytes. Offsets from the document's length on are those of decoded texts.
 */
export class KeyText {
  private decoded = NO_BYTES;
  private used = 0;

  constructor(private readonly document: Buffer) {}

  /** The number of bytes of decoded texts; set it to a lower value to drop the last ones. */
  get length(): number {
    return this.used;
  }

  set length(length: number) {
    this.used = length;
  }

  /** Decodes an escaped text that the scan has validated; undefined if it contains a control character. */
  decode(start: number, end: number): KeyRange | undefined {
    this.reserve(end - start);
    const { document } = this;
    const first = this.used;
    for (let i = start; i < end;) {
      const byte = document[i] as number;
      if (byte !== BACKSLASH) {
        this.decoded[this.used++] = byte;
        i++;
        continue;
      }
      const kind = document[i + 1] as number;
      if (CONTROLS.has(kind)) return undefined;
      if (kind !== 0x75) {
        this.decoded[this.used++] = kind;
        i += 2;
        continue;
      }
      let code = this.codeUnit(i + 2);
      i += 6;
      if (code < 0x20) return undefined;
      if (code >= 0xd800 && code <= 0xdbff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (this.codeUnit(i + 2) - 0xdc00);
        i += 6;
      }
      this.encode(code);
    }
    return { start: this.document.length + first, end: this.document.length + this.used };
  }

  areEqual(a: KeyRange, b: KeyRange): boolean {
    const length = a.end - a.start;
    if (length !== b.end - b.start) return false;
    const from = this.bufferOf(a);
    const to = this.bufferOf(b);
    const aStart = this.offsetOf(a);
    const bStart = this.offsetOf(b);
    for (let i = 0; i < length; i++) if (from[aStart + i] !== to[bStart + i]) return false;
    return true;
  }

  /** True if the range contains this text. `text` in ASCII. */
  is(range: KeyRange, text: string): boolean {
    if (range.end - range.start !== text.length) return false;
    const buffer = this.bufferOf(range);
    const start = this.offsetOf(range);
    for (let i = 0; i < text.length; i++) if (buffer[start + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  textOf(range: KeyRange): string {
    const start = this.offsetOf(range);
    return this.bufferOf(range).toString('utf8', start, start + range.end - range.start);
  }

  /** A 32-bit hash; without both secrets nobody can find texts with the same hash. */
  hash(range: KeyRange, seed: number, multiplier: number): number {
    const buffer = this.bufferOf(range);
    const start = this.offsetOf(range);
    const end = start + range.end - range.start;
    let hash = seed;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (buffer[i] as number), multiplier) + (hash >>> 15);
    hash = Math.imul(hash ^ (hash >>> 16), multiplier);
    return (hash ^ (hash >>> 13)) | 0;
  }

  private bufferOf({ start }: KeyRange): Buffer {
    return start < this.document.length ? this.document : this.decoded;
  }

  private offsetOf({ start }: KeyRange): number {
    return start < this.document.length ? start : start - this.document.length;
  }

  /** Makes room for a decoded text, which is never longer than its spelling. */
  private reserve(length: number): void {
    if (this.used + length <= this.decoded.length) return;
    const grown = Buffer.alloc(Math.max(256, 2 * this.decoded.length, this.used + length));
    this.decoded.copy(grown, 0, 0, this.used);
    this.decoded = grown;
  }

  private codeUnit(at: number): number {
    let unit = 0;
    for (let i = at; i < at + 4; i++) unit = unit * 16 + hexDigit(this.document[i] as number);
    return unit;
  }

  private encode(code: number): void {
    const { decoded } = this;
    if (code < 0x80) decoded[this.used++] = code;
    else if (code < 0x800) {
      decoded[this.used++] = 0xc0 | (code >> 6);
      decoded[this.used++] = 0x80 | (code & 0x3f);
    } else if (code < 0x10000) {
      decoded[this.used++] = 0xe0 | (code >> 12);
      decoded[this.used++] = 0x80 | ((code >> 6) & 0x3f);
      decoded[this.used++] = 0x80 | (code & 0x3f);
    } else {
      decoded[this.used++] = 0xf0 | (code >> 18);
      decoded[this.used++] = 0x80 | ((code >> 12) & 0x3f);
      decoded[this.used++] = 0x80 | ((code >> 6) & 0x3f);
      decoded[this.used++] = 0x80 | (code & 0x3f);
    }
  }
}
