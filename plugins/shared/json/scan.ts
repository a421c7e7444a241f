import { isDigit } from './digits';
import type { JsonFault } from './json-fault';
import { KeyLedger } from './key-ledger';
import { END, TokenReader } from './token-reader';

/** The bounds of a document. */
export interface JsonBounds {
  /** Nesting depth of containers; a single scalar has depth 0. */
  readonly maxDepth: number;
  /** Total number of objects, arrays and scalars; keys do not count. */
  readonly maxValues: number;
}

/** The result of a scan: success, or the first fault with the offset of its byte. */
export type Scan =
  | {
      readonly ok: true;
      /** The spelling of a numeric `id` of the root object (at 0) or of each object of the root array. */
      readonly idLexemes: readonly (string | undefined)[];
    }
  | { readonly ok: false; readonly fault: JsonFault; readonly at: number };

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
export function scanJson(bytes: Buffer, bounds: JsonBounds): Scan {
  return new Scanner(bytes, bounds).run();
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

  constructor(
    bytes: Buffer,
    private readonly bounds: JsonBounds,
  ) {
    this.valuesLeft = bounds.maxValues;
    this.tokens = new TokenReader(bytes);
    this.keys = new KeyLedger(bytes);
  }

  run(): Scan {
    return this.document()
      ? { ok: true, idLexemes: this.idLexemes }
      : { ok: false, fault: this.tokens.fault, at: Math.min(this.tokens.position, this.tokens.bytes.length) };
  }

  private document(): boolean {
    let expect = Expect.Value;
    for (;;) {
      const byte = this.tokens.skipWhitespace();
      if (expect === Expect.AfterValue) {
        if (this.depth === 0) return byte === END;
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
    if (isObject) this.keys.open();
    return true;
  }

  private close(isObject: boolean): void {
    this.depth--;
    if (isObject) this.keys.close();
  }

  private key(): boolean {
    const start = this.tokens.position + 1;
    const escaped = this.tokens.string();
    if (escaped === undefined) return false;
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
    return true;
  }
}
