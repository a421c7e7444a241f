import { hexDigit, isDigit } from './digits';
import { KeyLedger } from './key-ledger';

/** How much a document may hold. */
export interface JsonBounds {
  /** Containers inside each other; a scalar alone has depth 0. */
  readonly maxDepth: number;
  /** Objects, arrays and scalars in all; keys do not count. */
  readonly maxValues: number;
}

/** Why a text is not the strict JSON that every reader understands alike. */
export type JsonFault =
  | 'empty_body'
  | 'byte_order_mark'
  | 'invalid_utf8'
  | 'invalid_json'
  | 'duplicate_key'
  | 'control_character_in_key'
  | 'lone_surrogate'
  | 'number_out_of_range'
  | 'too_deep'
  | 'too_many_values';

/** What a scan found: nothing to object to, or the first fault and the offset of its byte. */
export type Scan =
  | {
      readonly ok: true;
      /** The spelling of a numeric `id` of the root object (at 0) or of each object of the root array. */
      readonly idLexemes: readonly (string | undefined)[];
    }
  | { readonly ok: false; readonly fault: JsonFault; readonly at: number };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const END = -1;

/** Doubles end at 1.8e308: shorter spellings without an exponent are always finite. */
const ALWAYS_FINITE_LENGTH = 308;

const enum Expect {
  Value,
  FirstElement,
  FirstKey,
  Key,
  AfterValue,
}

/**
 * Proves in one pass over UTF-8 bytes that they are one JSON document (RFC 8259) that no two readers understand
 * differently: no duplicate keys, no lone surrogates, no control characters in keys, no number beyond a double.
 *
 * Builds no values. `bytes` must be valid UTF-8. Takes time proportional to the bytes, whatever they are; never throws.
 */
export function scanJson(bytes: Buffer, bounds: JsonBounds): Scan {
  return new Scanner(bytes, bounds).run();
}

class Scanner {
  private position = 0;
  private fault: JsonFault = 'invalid_json';
  private depth = 0;
  private valuesLeft: number;
  /** Of each open container: is it an object? */
  private readonly objects: boolean[] = [];
  private readonly keys: KeyLedger;
  private readonly idLexemes: (string | undefined)[] = [];
  private message = 0;
  private expectsId = false;

  constructor(
    private readonly bytes: Buffer,
    private readonly bounds: JsonBounds,
  ) {
    this.valuesLeft = bounds.maxValues;
    this.keys = new KeyLedger(bytes);
  }

  run(): Scan {
    return this.document()
      ? { ok: true, idLexemes: this.idLexemes }
      : { ok: false, fault: this.fault, at: Math.min(this.position, this.bytes.length) };
  }

  private document(): boolean {
    let expect = Expect.Value;
    for (;;) {
      const byte = this.skipWhitespace();
      if (expect === Expect.AfterValue) {
        if (this.depth === 0) return byte === END;
        const inObject = this.objects[this.depth - 1] === true;
        this.position++;
        if (byte === COMMA) {
          if (this.depth === 1 && !inObject) this.message++;
          expect = inObject ? Expect.Key : Expect.Value;
        } else if (byte === (inObject ? CLOSE_OBJECT : CLOSE_ARRAY)) this.close(inObject);
        else return this.fail('invalid_json', this.position - 1);
      } else if (expect === Expect.Key || expect === Expect.FirstKey) {
        if (byte === CLOSE_OBJECT && expect === Expect.FirstKey) {
          this.position++;
          this.close(true);
          expect = Expect.AfterValue;
        } else {
          if (byte !== QUOTE || !this.key()) return false;
          expect = Expect.Value;
        }
      } else if (byte === CLOSE_ARRAY && expect === Expect.FirstElement) {
        this.position++;
        this.close(false);
        expect = Expect.AfterValue;
      } else {
        if (--this.valuesLeft < 0) return this.fail('too_many_values', this.position);
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
    if (this.depth >= this.bounds.maxDepth) return this.fail('too_deep', this.position);
    this.position++;
    this.objects[this.depth++] = isObject;
    if (isObject) this.keys.open();
    return true;
  }

  private close(isObject: boolean): void {
    this.depth--;
    if (isObject) this.keys.close();
  }

  private key(): boolean {
    const start = this.position + 1;
    const escaped = this.string();
    if (escaped === undefined) return false;
    const end = this.position - 1;
    const verdict = this.keys.add(start, end, escaped);
    if (verdict !== undefined) return this.fail(verdict, start - 1);
    this.expectsId = this.isMessageLevel() && this.keys.lastIs('id');
    if (this.skipWhitespace() !== COLON) return false;
    this.position++;
    return true;
  }

  /** In the root object, or in an object of the root array. */
  private isMessageLevel(): boolean {
    return this.depth === 1 || (this.depth === 2 && this.objects[0] === false);
  }

  private scalar(byte: number): boolean {
    if (byte === QUOTE) return this.string() !== undefined;
    if (byte === MINUS || isDigit(byte)) return this.number();
    if (byte === 0x74) return this.literal('true');
    if (byte === 0x66) return this.literal('false');
    if (byte === 0x6e) return this.literal('null');
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
    if (this.expectsId) this.idLexemes[this.depth === 1 ? 0 : this.message] = this.slice(start);
    const mayOverflow = hasExponent || this.position - start > ALWAYS_FINITE_LENGTH;
    if (mayOverflow && !Number.isFinite(Number(this.slice(start)))) return this.fail('number_out_of_range', start);
    return true;
  }

  private slice(start: number): string {
    return this.bytes.toString('latin1', start, this.position);
  }

  /** At least one digit. */
  private digits(): boolean {
    const start = this.position;
    while (isDigit(this.peek())) this.position++;
    return this.position > start;
  }

  /** Reads a string from its opening quote to past its closing one: whether it has escapes; undefined on a fault. */
  private string(): boolean | undefined {
    const { bytes } = this;
    const length = bytes.length;
    let escaped = false;
    let i = this.position + 1;
    while (i < length) {
      const byte = bytes[i] as number;
      if (byte === QUOTE) {
        this.position = i + 1;
        return escaped;
      }
      if (byte < 0x20) break;
      if (byte === BACKSLASH) {
        escaped = true;
        this.position = i;
        if (!this.escape()) return undefined;
        i = this.position;
      } else i++;
    }
    this.position = i;
    return undefined;
  }

  private escape(): boolean {
    const kind = this.bytes[this.position + 1];
    if (kind !== 0x75) {
      // One of `"\/bfnrt`.
      if (kind === undefined || !'"\\/bfnrt'.includes(String.fromCharCode(kind))) return false;
      this.position += 2;
      return true;
    }
    const start = this.position;
    const unit = this.codeUnit();
    if (unit < 0) return false;
    if (unit >= 0xdc00 && unit <= 0xdfff) return this.fail('lone_surrogate', start);
    if (unit < 0xd800 || unit > 0xdbff) return true;
    // Raw text is valid UTF-8 and holds no surrogate, so only another escape can complete the pair.
    const second = this.peek() === BACKSLASH ? this.codeUnit() : END;
    return second >= 0xdc00 && second <= 0xdfff ? true : this.fail('lone_surrogate', start);
  }

  /** The four hex digits after `\u`, and past them; negative when they are not there. */
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

  private skipWhitespace(): number {
    const { bytes } = this;
    let i = this.position;
    let byte = bytes[i] ?? END;
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++i] ?? END;
    this.position = i;
    return byte;
  }

  private peek(): number {
    return this.bytes[this.position] ?? END;
  }

  private fail(fault: JsonFault, at: number): false {
    this.fault = fault;
    this.position = at;
    return false;
  }
}
