import { unicodeProperty } from './unicode-properties';

/** Thrown for a pattern without equivalent in RE2. */
export class UnsupportedPattern extends Error {}

/** A piece of a pattern in RE2's syntax. */
export interface Piece {
  readonly text: string;
  /** An upper bound of the instructions that RE2 compiles it to. */
  readonly instructions: number;
  /** Ends of character ranges in all its instructions. */
  readonly bounds: number;
}

/** ECMAScript's white space and line ends, which are more than RE2's. */
const SPACES = '\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';
const NO_SPACES =
  '\\x{0}-\\x{8}\\x{e}-\\x{1f}!-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}' +
  '\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}';
const SPACE_BOUNDS = 24;
/** Bounds of the largest Unicode properties. */
const PROPERTY_BOUNDS = 1500;

const piece = (text: string, bounds = 2): Piece => ({ text, instructions: 1, bounds });

/** A character or a set of them, inside a class. */
export interface ClassAtom extends Piece {
  readonly isSet: boolean;
}

/** Reads the characters, escapes and classes of an ECMAScript pattern, and translates each to the syntax of RE2. */
export class PatternScanner {
  private at = 0;

  constructor(private readonly source: string) {}

  get isAtEnd(): boolean {
    return this.at >= this.source.length;
  }

  isAt(text: string): boolean {
    return this.source.startsWith(text, this.at);
  }

  /** Skips the text if it comes next. */
  eat(text: string): boolean {
    if (!this.isAt(text)) return false;
    this.at += text.length;
    return true;
  }

  /** Skips what the sticky expression matches. */
  match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.at;
    const found = expression.exec(this.source);
    if (found) this.at += found[0].length;
    return found ?? undefined;
  }

  /** A character, an escape or a class. */
  atom(): Piece {
    if (this.eat('[')) return this.charClass();
    return this.eat('\\') ? this.escape(false) : piece(literal(this.character()));
  }

  private charClass(): Piece {
    const sign = this.eat('^') ? '^' : '';
    if (this.eat(']')) return sign ? piece('(?s:.)') : piece('[^\\x{0}-\\x{10ffff}]');
    let text = '';
    let bounds = 2;
    while (!this.eat(']')) {
      if (this.isAtEnd) throw new UnsupportedPattern();
      const first = this.classAtom();
      text += first.text;
      bounds += first.bounds;
      if (first.isSet || !this.isAt('-') || this.isAt('-]')) continue;
      this.eat('-');
      const last = this.classAtom();
      text += `${last.isSet ? '\\-' : '-'}${last.text}`;
      bounds += last.bounds;
    }
    return piece(`[${sign}${text}]`, bounds);
  }

  private classAtom(): ClassAtom {
    const atom = this.eat('\\') ? this.escape(true) : piece(literal(this.character()));
    return { ...atom, isSet: atom.bounds > 2 };
  }

  /** What follows a backslash. */
  private escape(isInClass: boolean): Piece {
    const digits = this.match(/x\{([0-9a-f]{1,6})\}|x([0-9a-f]{2})|u\{([0-9a-f]{1,6})\}|u([0-9a-f]{4})/iy);
    if (digits) return piece(this.codePoint(digits));
    const property = this.match(/([pP])(?:\{([\w=]{1,60})\}|([A-Z]))/y);
    if (property) {
      const [, sign = '', name = '', letter] = property;
      return piece(`\\${sign}{${letter ?? unicodeProperty(name)}}`, PROPERTY_BOUNDS);
    }
    const control = this.match(/c([a-z])/iy);
    if (control) return piece(hex((control[1] ?? '').charCodeAt(0) % 32));
    if (this.match(/0(?!\d)/y)) return piece(hex(0));
    const character = this.character();
    if (character === 's') return piece(isInClass ? SPACES : `[${SPACES}]`, SPACE_BOUNDS);
    if (character === 'S') return piece(isInClass ? NO_SPACES : `[${NO_SPACES}]`, SPACE_BOUNDS);
    if ('dDwW'.includes(character)) return piece(`\\${character}`, 8);
    if ('nrtfv'.includes(character)) return piece(`\\${character}`);
    if (isInClass && character === 'b') return piece(hex(8));
    // The ends of the text, as in Python and Rust.
    if (!isInClass && 'bBAz'.includes(character)) return piece(`\\${character}`, 8);
    if (!isInClass && character === 'Z') return piece('\\z');
    if (/[0-9A-Za-z]/.test(character)) throw new UnsupportedPattern();
    return piece(literal(character));
  }

  private codePoint([, inBraces, two, inUnicodeBraces, four]: RegExpExecArray): string {
    const code = Number.parseInt(inBraces ?? two ?? inUnicodeBraces ?? four ?? '', 16);
    if (code < 0xd800 || code > 0xdfff) return hex(code);
    const low = code < 0xdc00 ? this.match(/\\u(d[c-f][0-9a-f]{2})/iy) : undefined;
    if (!low) throw new UnsupportedPattern();
    return hex(0x10000 + ((code - 0xd800) << 10) + (Number.parseInt(low[1] ?? '', 16) - 0xdc00));
  }

  private character(): string {
    const code = this.source.codePointAt(this.at);
    if (code === undefined) throw new UnsupportedPattern();
    const character = String.fromCodePoint(code);
    this.at += character.length;
    return character;
  }
}

const hex = (code: number): string => `\\x{${code.toString(16)}}`;

const literal = (character: string): string => (/[\\.+*?()|[\]{}^$&~-]/.test(character) ? `\\${character}` : character);
