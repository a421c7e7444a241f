import type { JsonObject } from '../../../shared/json/json-object';
import { parseJson } from '../../../shared/json/lenient-json';
import { decodeString, endOfString } from './json-string';

/** An object or a list whose start is missing, with the members or elements in its end. */
export interface PartialContainer {
  readonly isList: boolean;
  readonly members: JsonObject;
  readonly elements: readonly unknown[];
}

/** Deeper members are ignored. The levels are: a batch, a message, its result or error, their members. */
const MAX_DEPTH = 4;
/** More elements of a list are ignored. */
const MAX_ELEMENTS = 1000;
/** Longer strings are cut. */
const MAX_STRING_LENGTH = 4096;

/** A container that is being read. */
export interface Frame {
  /** Undefined if it starts before the text. */
  isList: boolean | undefined;
  readonly members: Record<string, unknown>;
  readonly elements: unknown[];
  /** The name of the member whose value is next. */
  key: string | undefined;
}

/** A container before any of its content is read. */
export const newFrame = (isList: boolean | undefined): Frame => ({
  isList,
  members: Object.create(null) as Record<string, unknown>,
  elements: [],
  key: undefined,
});

const SCALAR = /[\w.+-]+/y;

/** Reads the JSON values of a text whose start or end may be missing. */
export class JsonReader {
  /** The containers that start before the text, the innermost first. */
  readonly partialContainers: PartialContainer[] = [];
  /** The first value, if the text has its start. */
  root: unknown;
  private readonly hasStart: boolean;
  private hasStarted = false;

  constructor(
    private readonly text: string,
    private readonly frames: Frame[],
    private mayTakeValue: boolean,
  ) {
    this.hasStart = frames.length === 0;
  }

  /** True if all containers that start within the text are closed. */
  get isAtTop(): boolean {
    return this.frames.length === 1;
  }

  /** False if the text is not JSON. */
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
        if (this.mayTakeValue && this.hasStarted) return undefined;
        this.hasStarted = true;
        this.mayTakeValue = true;
        return at + 1;
      case ':':
        // The colon of a name that starts before the text; other colons are read with their names.
        if (this.hasStarted) return undefined;
        this.hasStarted = true;
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
    this.hasStarted = true;
    const frame = newFrame(isList);
    this.put(isList ? frame.elements : frame.members);
    this.frames.push(frame);
    this.mayTakeValue = true;
    return true;
  }

  private close(isList: boolean): boolean {
    const frame = this.frames.pop();
    this.hasStarted = true;
    if (!frame || (frame.isList !== undefined && frame.isList !== isList)) return false;
    if (this.frames.length === 0 && !this.hasStart) {
      this.partialContainers.push({ isList, members: frame.members, elements: frame.elements });
      this.frames.push(newFrame(undefined));
    }
    this.mayTakeValue = false;
    return true;
  }

  private string(start: number): number | undefined {
    if (!this.mayTakeValue) return undefined;
    this.hasStarted = true;
    const end = endOfString(this.text, start);
    if (end >= this.text.length && !this.hasStart) return undefined;
    const value = this.isRecorded ? decodeString(this.text.slice(start, Math.min(end, start + MAX_STRING_LENGTH))) : '';
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
    this.hasStarted = true;
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
