import { hexDigit, isDigit } from './digits';
import type { JsonFault } from './json-fault';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;

/** By byte: 1 if it stands for itself in a string. */
const IS_PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH ? 0 : 1,
);

/** By byte: 1 if it completes an escape after a backslash. */
const IS_ESCAPED = new Uint8Array(256);
for (const character of '"\\/bfnrt') IS_ESCAPED[character.charCodeAt(0)] = 1;

/** Returned in place of a byte at the end of the text. */
export const END = -1;

/** The largest double is 1.8e308: shorter spellings without an exponent are always finite. */
const ALWAYS_FINITE_LENGTH = 308;

/**
 * Reads the tokens of JSON (RFC 8259) one after the other, without building values.
 *
 * A method that finds a violation of the grammar, or of the stricter rules for strings and numbers, returns false or
 * undefined and sets `fault` and `position`. `bytes` must be valid UTF-8.
 */
export class TokenReader {
  position = 0;
  fault: JsonFault = 'invalid_json';

  private readonly words: DataView;

  constructor(readonly bytes: Buffer) {
    this.words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Skips white space; returns the byte after it, or {@link END}. */
  skipWhitespace(): number {
    const { bytes } = this;
    let i = this.position;
    let byte = bytes[i] ?? END;
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++i] ?? END;
    this.position = i;
    return byte;
  }

  /** Skips a string, number or literal that begins with this byte; false on a fault. */
  scalar(byte: number): boolean {
    if (byte === QUOTE) return this.string() !== undefined;
    if (byte === MINUS || isDigit(byte)) return this.number();
    if (byte === 0x74) return this.literal('true');
    if (byte === 0x66) return this.literal('false');
    if (byte === 0x6e) return this.literal('null');
    return false;
  }

  /** Skips a string, from its opening quote to after its closing quote; returns whether it has escapes, undefined on a fault. */
  string(): boolean | undefined {
    const { bytes } = this;
    const length = bytes.length;
    let escaped = false;
    let i = this.position + 1;
    while (i < length) {
      const byte = bytes[i] as number;
      if (IS_PLAIN[byte] === 1) {
        i = this.afterPlain(i + 1);
        continue;
      }
      if (byte === QUOTE) {
        this.position = i + 1;
        return escaped;
      }
      if (byte !== BACKSLASH) break;
      escaped = true;
      if (IS_ESCAPED[bytes[i + 1] ?? 0] === 1) {
        i += 2;
        continue;
      }
      this.position = i;
      if (!this.unicodeEscape()) return undefined;
      i = this.position;
    }
    this.position = i;
    return undefined;
  }

  /**
   * Skips bytes that stand for themselves in a string, four at a time, since strings are most of a large body. May stop before
   * the last three of them.
   */
  private afterPlain(start: number): number {
    const { words } = this;
    const last = words.byteLength - 4;
    let i = start;
    while (i <= last) {
      const word = words.getInt32(i, true);
      // Each difference sets the high bit of a byte that is below a space, or is a quote, or a backslash; see `hasless` in
      // Bit Twiddling Hacks. A borrow can only mark bytes after such a byte.
      const below = word - 0x20202020;
      const quotes = (word ^ 0x22222222) - 0x01010101;
      const backslashes = (word ^ 0x5c5c5c5c) - 0x01010101;
      const special = (below | quotes | backslashes) & ~word & 0x80808080;
      if (special !== 0) return i + ((31 - Math.clz32(special & -special)) >> 3);
      i += 4;
    }
    return i;
  }

  /** The text from `start` to the current position, in ASCII. */
  slice(start: number): string {
    return this.bytes.toString('latin1', start, this.position);
  }

  /** Sets the fault and the offset of its byte; returns false for the method that found it. */
  fail(fault: JsonFault, at: number): false {
    this.fault = fault;
    this.position = at;
    return false;
  }

  private literal(word: string): boolean {
    for (let i = 1; i < word.length; i++) {
      if (this.bytes[this.position + i] !== word.charCodeAt(i)) return false;
    }
    this.position += word.length;
    return true;
  }

  private number(): boolean {
    const start = this.position;
    if (this.peek() === MINUS) this.position++;
    if (this.peek() === 0x30) this.position++;
    else if (!this.digits()) return false;
    let hasExponent = false;
    if (this.peek() === 0x2e) {
      this.position++;
      if (!this.digits()) return false;
    }
    if ((this.peek() | 0x20) === 0x65) {
      hasExponent = true;
      this.position++;
      const sign = this.peek();
      if (sign === MINUS || sign === 0x2b) this.position++;
      if (!this.digits()) return false;
    }
    const mayOverflow = hasExponent || this.position - start > ALWAYS_FINITE_LENGTH;
    if (mayOverflow && !Number.isFinite(Number(this.slice(start)))) return this.fail('number_out_of_range', start);
    return true;
  }

  /** Skips digits; false if there is none. */
  private digits(): boolean {
    const start = this.position;
    while (isDigit(this.peek())) this.position++;
    return this.position > start;
  }

  /** Skips `\u` and its digits, with the second half of a surrogate pair; false on a fault. */
  private unicodeEscape(): boolean {
    const start = this.position;
    const unit = this.codeUnit();
    if (unit < 0) return false;
    if (unit >= 0xdc00 && unit <= 0xdfff) return this.fail('lone_surrogate', start);
    if (unit < 0xd800 || unit > 0xdbff) return true;
    // Valid UTF-8 contains no surrogate, so only another escape can complete the pair.
    const second = this.peek() === BACKSLASH ? this.codeUnit() : END;
    return second >= 0xdc00 && second <= 0xdfff ? true : this.fail('lone_surrogate', start);
  }

  /** Skips and returns the four hex digits after `\u`; negative if they are missing. */
  private codeUnit(): number {
    if (this.bytes[this.position + 1] !== 0x75) return END;
    let unit = 0;
    for (let i = this.position + 2; i < this.position + 6; i++) {
      const digit = hexDigit(this.bytes[i] ?? END);
      if (digit < 0) return END;
      unit = unit * 16 + digit;
    }
    this.position += 6;
    return unit;
  }

  private peek(): number {
    return this.bytes[this.position] ?? END;
  }
}
