import type { JsonObject } from '../../../shared/json/json-object';
import { parseJson } from '../../../shared/json/lenient-json';

/** A container of which only the end is there: what its members or elements were that are. */
export interface PartialContainer {
  readonly isList: boolean;
  readonly members: JsonObject;
  readonly elements: readonly unknown[];
}

/** Members deeper than this are passed over: a batch, a message, its result or error, their members. */
const MAX_DEPTH = 4;
/** Further elements of one list are passed over. */
const MAX_ELEMENTS = 1000;
/** Longer strings are cut. */
const MAX_STRING_LENGTH = 4096;

/** A container that is being read. */
interface Frame {
  /** Undefined: it began before the text. */
  isList: boolean | undefined;
  readonly members: Record<string, unknown>;
  readonly elements: unknown[];
  /** The name of the member whose value comes next. */
  key: string | undefined;
}

/**
 * What a JSON text holds of which only the first part is there: its members down to {@link MAX_DEPTH}, and a string that
 * the end cuts as far as it goes. A number or word that touches the end is left out: it may be half. One pass, linear
 * in the text. Never throws.
 */
export function readWithoutEnd(text: string): unknown {
  const reader = new Reader(text, [], true);
  reader.read(text.search(/\S|$/));
  return reader.root;
}

/**
 * The containers that a JSON text closes which began before it, the innermost first; undefined where the text does not
 * end as JSON does. Linear in the text. Never throws.
 */
export function readWithoutStart(text: string): readonly PartialContainer[] | undefined {
  // Nobody knows whether the text begins inside a string, or even after the backslash of an escape in one.
  for (const start of [outsideString(text), afterString(text, 0), afterString(text, 1)]) {
    if (start === undefined) continue;
    const reader = new Reader(text, [newFrame(undefined)], start === 0);
    if (reader.read(start) && reader.levels.length > 0 && reader.isAtTop) return reader.levels;
  }
  return undefined;
}

/** After the rest of a number or word. */
const outsideString = (text: string): number => text.search(/[^\w.+-]|$/);

function afterString(text: string, start: number): number | undefined {
  const end = endOfString(text, start);
  return end < text.length ? end + 1 : undefined;
}

const newFrame = (isList: boolean | undefined): Frame => ({
  isList,
  members: Object.create(null) as Record<string, unknown>,
  elements: [],
  key: undefined,
});

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SCALAR = /[\w.+-]+/y;

/** Reads values one after the other, whatever is missing before or after. */
class Reader {
  readonly levels: PartialContainer[] = [];
  /** The first value of a text that has its start. */
  root: unknown;
  private readonly hasStart: boolean;
  private hasBegun = false;

  constructor(
    private readonly text: string,
    private readonly frames: Frame[],
    private mayTakeValue: boolean,
  ) {
    this.hasStart = frames.length === 0;
  }

  /** True when all frames are closed that began within the text. */
  get isAtTop(): boolean {
    return this.frames.length === 1;
  }

  /** False: the text is no JSON. */
  read(start: number): boolean {
    const { text } = this;
    for (let at = start; at < text.length;) {
      const next = this.token(at);
      if (next === undefined) return false;
      at = next;
    }
    return true;
  }

  private token(at: number): number | undefined {
    switch (this.text.charAt(at)) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        return at + 1;
      case ',':
        if (this.mayTakeValue && this.hasBegun) return undefined;
        this.hasBegun = true;
        this.mayTakeValue = true;
        return at + 1;
      case ':':
        // Of a name that began before the text; others are read with their colon.
        if (this.hasBegun) return undefined;
        this.hasBegun = true;
        this.mayTakeValue = true;
        return at + 1;
      case '{':
      case '[':
        return this.open(this.text[at] === '[') ? at + 1 : undefined;
      case '}':
      case ']':
        return this.close(this.text[at] === ']') ? at + 1 : undefined;
      case '"':
        return this.string(at + 1);
      default:
        return this.scalar(at);
    }
  }

  private open(isList: boolean): boolean {
    if (!this.mayTakeValue) return false;
    this.hasBegun = true;
    const frame = newFrame(isList);
    this.put(isList ? frame.elements : frame.members);
    this.frames.push(frame);
    this.mayTakeValue = true;
    return true;
  }

  private close(isList: boolean): boolean {
    const frame = this.frames.pop();
    this.hasBegun = true;
    if (!frame || (frame.isList !== undefined && frame.isList !== isList)) return false;
    if (this.frames.length === 0 && !this.hasStart) {
      this.levels.push({ isList, members: frame.members, elements: frame.elements });
      this.frames.push(newFrame(undefined));
    }
    this.mayTakeValue = false;
    return true;
  }

  private string(start: number): number | undefined {
    if (!this.mayTakeValue) return undefined;
    this.hasBegun = true;
    const end = endOfString(this.text, start);
    if (end >= this.text.length && !this.hasStart) return undefined;
    const value = this.isRecorded ? decode(this.text.slice(start, Math.min(end, start + MAX_STRING_LENGTH))) : '';
    const colon = this.colonAfter(end);
    const frame = this.frames.at(-1);
    if (colon !== undefined && frame && frame.isList !== true) {
      frame.key = value;
      return colon + 1;
    }
    this.put(value);
    this.mayTakeValue = false;
    return end + 1;
  }

  private colonAfter(end: number): number | undefined {
    if (end >= this.text.length) return undefined;
    let at = end + 1;
    while (/\s/.test(this.text[at] ?? '')) at++;
    return this.text[at] === ':' ? at : undefined;
  }

  private scalar(at: number): number | undefined {
    SCALAR.lastIndex = at;
    const word = SCALAR.exec(this.text)?.[0];
    if (word === undefined || !this.mayTakeValue) return undefined;
    this.hasBegun = true;
    const end = at + word.length;
    if (end < this.text.length) {
      const value = parseJson(word);
      if (value === undefined) return undefined;
      this.put(value);
    }
    this.mayTakeValue = false;
    return end;
  }

  private get isRecorded(): boolean {
    return this.frames.length <= MAX_DEPTH;
  }

  private put(value: unknown): void {
    const frame = this.frames.at(-1);
    if (!frame) this.root ??= value;
    else if (this.isRecorded) {
      if (frame.key !== undefined) frame.members[frame.key] = value;
      else if (frame.elements.length < MAX_ELEMENTS) frame.elements.push(value);
    }
    if (frame) frame.key = undefined;
  }
}

/** Where a string's closing quote is; the text's end where there is none. */
function endOfString(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  return text.length;
}

/** Half an escape at the end is left out. */
function decode(raw: string): string {
  const whole = parseJson(`"${raw}"`) ?? parseJson(`"${raw.replace(/\\(?:u[0-9A-Fa-f]{0,3})?$/, '')}"`);
  return typeof whole === 'string' ? whole : raw;
}
