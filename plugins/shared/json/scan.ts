import { isDigit } from './digits';
import type { JsonFault } from './json-fault';
import { KeyLedger } from './key-ledger';
import type { LongString } from './long-strings';
import { END, TokenReader } from './token-reader';

/** The bounds of a document. */
export interface JsonBounds {
  /** Nesting depth of containers; a single scalar has depth 0. */
  readonly maxDepth: number;
  /** Total number of objects, arrays and scalars; keys do not count. */
  readonly maxValues: number;
}

/** Which strings of a document are long strings, and how much else it may contain. */
export interface LongStringBounds {
  /**
   * The keys, from the root, of the object that has the long strings, directly or in objects inside it, but not in arrays. No
   * other string is a long one.
   */
  readonly within: readonly string[];
  /** The scan stops when it has read more bytes than these, without those of long strings. */
  readonly maxOtherBytes: number;
}

/** The fault of a document with more than {@link LongStringBounds.maxOtherBytes}: the rest of it was not read. */
export const TOO_COSTLY = 'too_costly';

/** The result of a scan: success, or the first fault with the offset of its byte. */
export type Scan =
  | {
      readonly ok: true;
      /** The spelling of a numeric `id` of the root object (at 0) or of each object of the root array. */
      readonly idLexemes: readonly (string | undefined)[];
      /** In the order of the document. */
      readonly longStrings: readonly LongString[];
    }
  | { readonly ok: false; readonly fault: JsonFault | typeof TOO_COSTLY; readonly at: number };

/** A string with at least so many bytes, quotes included, can be a long one: to build it costs more than to remember it. */
const LONG_STRING_BYTES = 4096;

const QUOTE = 0x22;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;

const enum Expect {
  Value,
  FirstElement,
  FirstKey,
  Key,
  AfterValue,
}

/**
 * Checks in one pass over UTF-8 bytes that they are one JSON document (RFC 8259) that every reader understands in the same
 * way: no duplicate keys, no lone surrogates, no control characters in keys, no number beyond a double.
 *
 * Creates no values. `bytes` must be valid UTF-8. Time is always proportional to the bytes. Never throws.
 */
export function scanJson(bytes: Buffer, bounds: JsonBounds, longStrings?: LongStringBounds): Scan {
  return new Scanner(bytes, bounds, longStrings).run();
}

class Scanner {
  private readonly tokens: TokenReader;
  private depth = 0;
  private valuesLeft: number;
  /** For each open container: true if it is an object. */
  private readonly objects: boolean[] = [];
  private readonly keys: KeyLedger;
  private readonly idLexemes: (string | undefined)[] = [];
  private message = 0;
  private expectsId = false;
  private readonly longStrings: LongString[] = [];
  private longBytes = 0;
  private readonly maxOtherBytes: number;
  /** Undefined if no string can be a long one. */
  private readonly within: readonly string[] | undefined;
  private isTooCostly = false;
  private openArrays = 0;
  /** The depth of the object with the long strings while it is open, else 0. */
  private withinDepth = 0;

  constructor(
    bytes: Buffer,
    private readonly bounds: JsonBounds,
    longBounds: LongStringBounds | undefined,
  ) {
    this.valuesLeft = bounds.maxValues;
    this.tokens = new TokenReader(bytes);
    this.keys = new KeyLedger(bytes);
    this.maxOtherBytes = longBounds?.maxOtherBytes ?? bytes.length;
    this.within = bytes.length < LONG_STRING_BYTES ? undefined : longBounds?.within;
  }

  run(): Scan {
    if (this.document()) return { ok: true, idLexemes: this.idLexemes, longStrings: this.longStrings };
    const { fault, position, bytes } = this.tokens;
    return { ok: false, fault: this.isTooCostly ? TOO_COSTLY : fault, at: Math.min(position, bytes.length) };
  }

  private document(): boolean {
    let expect = Expect.Value;
    for (;;) {
      const byte = this.tokens.skipWhitespace();
      if (expect === Expect.AfterValue) {
        if (this.depth === 0) return byte === END && this.isAffordable();
        const inObject = this.objects[this.depth - 1] === true;
        this.tokens.position++;
        if (byte === COMMA) {
          if (this.depth === 1 && !inObject) this.message++;
          expect = inObject ? Expect.Key : Expect.Value;
        } else if (byte === (inObject ? CLOSE_OBJECT : CLOSE_ARRAY)) this.close(inObject);
        else return this.tokens.fail('invalid_json', this.tokens.position - 1);
      } else if (expect === Expect.Key || expect === Expect.FirstKey) {
        if (byte === CLOSE_OBJECT && expect === Expect.FirstKey) {
          this.tokens.position++;
          this.close(true);
          expect = Expect.AfterValue;
        } else {
          if (byte !== QUOTE || !this.key()) return false;
          expect = Expect.Value;
        }
      } else if (byte === CLOSE_ARRAY && expect === Expect.FirstElement) {
        this.tokens.position++;
        this.close(false);
        expect = Expect.AfterValue;
      } else {
        if (--this.valuesLeft < 0) return this.tokens.fail('too_many_values', this.tokens.position);
        if (!this.isAffordable()) return false;
        if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
          if (!this.open(byte === OPEN_OBJECT)) return false;
          expect = byte === OPEN_OBJECT ? Expect.FirstKey : Expect.FirstElement;
        } else {
          if (!this.scalar(byte)) return false;
          expect = Expect.AfterValue;
        }
        this.expectsId = false;
      }
    }
  }

  private open(isObject: boolean): boolean {
    if (this.depth >= this.bounds.maxDepth) return this.tokens.fail('too_deep', this.tokens.position);
    this.tokens.position++;
    this.objects[this.depth++] = isObject;
    if (!isObject) this.openArrays++;
    else {
      if (this.hasLongStrings()) this.withinDepth = this.depth;
      this.keys.open();
    }
    return true;
  }

  private close(isObject: boolean): void {
    this.depth--;
    if (isObject) this.keys.close();
    else this.openArrays--;
    if (this.depth < this.withinDepth) this.withinDepth = 0;
  }

  /** True if the object that opens is the one with the long strings. */
  private hasLongStrings(): boolean {
    const { within, depth } = this;
    if (!within || depth !== within.length + 1 || this.openArrays > 0) return false;
    const path = this.keys.path();
    return within.every((key, level) => key === path[level]);
  }

  private isAffordable(): boolean {
    this.isTooCostly = this.tokens.position - this.longBytes > this.maxOtherBytes;
    return !this.isTooCostly;
  }

  private key(): boolean {
    const start = this.tokens.position + 1;
    const escaped = this.tokens.string();
    if (escaped === undefined || !this.isAffordable()) return false;
    const end = this.tokens.position - 1;
    const fault = this.keys.add(start, end, escaped);
    if (fault !== undefined) return this.tokens.fail(fault, start - 1);
    this.expectsId = this.isMessageLevel() && this.keys.lastIs('id');
    if (this.tokens.skipWhitespace() !== COLON) return false;
    this.tokens.position++;
    return true;
  }

  /** True in the root object, or in an object of the root array. */
  private isMessageLevel(): boolean {
    return this.depth === 1 || (this.depth === 2 && this.objects[0] === false);
  }

  private scalar(byte: number): boolean {
    const start = this.tokens.position;
    if (!this.tokens.scalar(byte)) return false;
    if (this.expectsId && (byte === MINUS || isDigit(byte))) {
      this.idLexemes[this.depth === 1 ? 0 : this.message] = this.tokens.slice(start);
    }
    if (this.withinDepth > 0 && byte === QUOTE && this.openArrays === 0) this.addLongString(start);
    return true;
  }

  private addLongString(start: number): void {
    const end = this.tokens.position;
    if (end - start < LONG_STRING_BYTES) return;
    this.longStrings.push({ path: this.keys.path(), start, end });
    this.longBytes += end - start;
  }
}
