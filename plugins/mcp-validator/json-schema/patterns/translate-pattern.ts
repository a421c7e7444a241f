import { PatternScanner, UnsupportedPattern, type Piece } from './pattern-scanner';

/** A pattern of JSON Schema in the syntax of RE2. */
export interface TranslatedPattern {
  /** What the text must match, or must not match if `isWanted` is false. */
  readonly conditions: readonly { readonly source: string; readonly isWanted: boolean }[];
  /** Sum for all conditions, see {@link Piece}. */
  readonly instructions: number;
  readonly bounds: number;
}

const QUANTIFIER = /[*+?]\??|\{(\d{1,6})(,(\d{0,6}))?\}\??/y;
/** Groups that RE2 supports too: plain, non-capturing, named, and with flags. */
const GROUP = /\((?:\?(?::|P?<[A-Za-z_$][\w$]*>|[ims]*(?:-[ims]+)?:|([ims]+)\)))?/y;

/**
 * Translates a pattern of JSON Schema (ECMA-262) for RE2. Where the two differ (white space, the dot, empty classes, names
 * of Unicode properties, ...) it keeps the semantics of ECMAScript; syntax of Python and Rust is accepted too.
 *
 * RE2 has no lookaround. Lookaheads directly after a leading `^`, which are the most common, become separate conditions.
 *
 * @throws {@link UnsupportedPattern} for other lookarounds and for backreferences
 */
export function translatePattern(source: string): TranslatedPattern {
  return new Translation(new PatternScanner(source)).run();
}

class Translation {
  private isDotAll = false;
  private hasTopLevelChoice = false;

  constructor(private readonly scanner: PatternScanner) {}

  run(): TranslatedPattern {
    const { scanner } = this;
    const pieces: Piece[] = [];
    const conditions: { source: string; isWanted: boolean }[] = [];
    const start = scanner.eat('^') ? '^' : '';
    while (start && (scanner.isAt('(?=') || scanner.isAt('(?!'))) {
      const isWanted = scanner.eat('(?=') || !scanner.eat('(?!');
      const inside = this.alternatives(1);
      if (!scanner.eat(')')) throw new UnsupportedPattern();
      pieces.push(inside);
      conditions.push({ source: `^(?:${inside.text})`, isWanted });
    }
    const rest = this.alternatives(0);
    if (!scanner.isAtEnd || (conditions.length > 0 && this.hasTopLevelChoice)) throw new UnsupportedPattern();
    conditions.push({ source: start + rest.text, isWanted: true });
    return { conditions, ...sumOf([...pieces, rest]) };
  }

  /** Reads to the end, or to the parenthesis that closes the group. */
  private alternatives(depth: number): Piece {
    const { scanner } = this;
    const pieces: Piece[] = [];
    while (!scanner.isAtEnd && !scanner.isAt(')')) {
      if (scanner.eat('|')) {
        if (depth === 0) this.hasTopLevelChoice = true;
        pieces.push({ text: '|', instructions: 1, bounds: 0 });
      } else pieces.push(this.repeated(this.element(depth)));
    }
    return { text: pieces.map(({ text }) => text).join(''), ...sumOf(pieces) };
  }

  private element(depth: number): Piece {
    const { scanner } = this;
    if (scanner.isAt('(')) return this.group(depth);
    if (scanner.eat('.'))
      return { text: this.isDotAll ? '.' : '[^\\n\\r\\x{2028}\\x{2029}]', instructions: 1, bounds: 10 };
    const [assertion] = scanner.match(/[$^]/y) ?? [];
    return assertion === undefined ? scanner.atom() : { text: assertion, instructions: 1, bounds: 2 };
  }

  private group(depth: number): Piece {
    const opening = this.scanner.match(GROUP);
    if (!opening || this.scanner.isAt('?')) throw new UnsupportedPattern();
    const [text, flags] = opening;
    if (/^\(\?[im]*s/.test(text)) this.isDotAll = true;
    if (flags !== undefined) return { text, instructions: 0, bounds: 0 };
    const inside = this.alternatives(depth + 1);
    if (!this.scanner.eat(')')) throw new UnsupportedPattern();
    const isPlain = text === '(' || text.includes('<');
    return { ...inside, text: `${isPlain ? '(?:' : text}${inside.text})` };
  }

  /** Adds the quantifier that follows the piece. */
  private repeated(piece: Piece): Piece {
    const found = this.scanner.match(QUANTIFIER);
    if (!found) return piece;
    const [text, min, comma, max] = found;
    const times = min === undefined ? 1 : Math.max(1, Number(max ? max : min) + (comma !== undefined && !max ? 1 : 0));
    return {
      text: piece.text + text,
      instructions: (piece.instructions + 1) * times,
      bounds: piece.bounds * times,
    };
  }
}

const sumOf = (pieces: readonly Piece[]): Omit<Piece, 'text'> => ({
  instructions: pieces.reduce((sum, { instructions }) => sum + instructions, 0),
  bounds: pieces.reduce((sum, { bounds }) => sum + bounds, 0),
});
