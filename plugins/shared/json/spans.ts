/** A range of bytes: `end` is the offset after the last one. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A member of an object: the span begins at the quote of its key and ends after its value. */
export interface MemberSpan extends Span {
  readonly key: string;
  readonly value: Span;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

/**
 * The members of the object at `at`, in order; undefined if there is no object.
 *
 * `bytes` must be valid JSON there (`readStrictJson`). Linear in the length of the object.
 */
export function membersAt(bytes: Buffer, at: number): readonly MemberSpan[] | undefined {
  if (bytes[at] !== OPEN_OBJECT) return undefined;
  const members: MemberSpan[] = [];
  let next = skipBlanks(bytes, at + 1);
  while (bytes[next] === QUOTE) {
    const afterKey = afterString(bytes, next);
    const valueAt = skipBlanks(bytes, skipBlanks(bytes, afterKey) + 1);
    const end = afterValue(bytes, valueAt);
    const key = JSON.parse(bytes.toString('utf8', next, afterKey)) as string;
    members.push({ key, start: next, end, value: { start: valueAt, end } });
    next = skipBlanks(bytes, end);
    if (bytes[next] === COMMA) next = skipBlanks(bytes, next + 1);
  }
  return members;
}

/** The elements of the array at `at`, in order; undefined if there is no array. As {@link membersAt}. */
export function elementsAt(bytes: Buffer, at: number): readonly Span[] | undefined {
  if (bytes[at] !== OPEN_ARRAY) return undefined;
  const elements: Span[] = [];
  let next = skipBlanks(bytes, at + 1);
  while (next < bytes.length && bytes[next] !== CLOSE_ARRAY) {
    const end = afterValue(bytes, next);
    elements.push({ start: next, end });
    next = skipBlanks(bytes, end);
    if (bytes[next] === COMMA) next = skipBlanks(bytes, next + 1);
  }
  return elements;
}

/**
 * Where the value of the first member with this key begins; undefined without such a member, or without an object at `at`. As
 * {@link membersAt}, but reads nothing after the key.
 */
export function valueStartOf(bytes: Buffer, at: number, key: string): number | undefined {
  if (bytes[at] !== OPEN_OBJECT) return undefined;
  let next = skipBlanks(bytes, at + 1);
  while (bytes[next] === QUOTE) {
    const afterKey = afterString(bytes, next);
    const valueAt = skipBlanks(bytes, skipBlanks(bytes, afterKey) + 1);
    if (JSON.parse(bytes.toString('utf8', next, afterKey)) === key) return valueAt;
    next = skipBlanks(bytes, afterValue(bytes, valueAt));
    if (bytes[next] === COMMA) next = skipBlanks(bytes, next + 1);
  }
  return undefined;
}

/** The value that begins at `at`. As {@link membersAt}. */
export const valueAt = (bytes: Buffer, at: number): Span => ({ start: at, end: afterValue(bytes, at) });

/** The value of the member with this key; undefined if there is none. */
export const valueOf = (members: readonly MemberSpan[] | undefined, key: string): Span | undefined =>
  members?.find((member) => member.key === key)?.value;

/** The offset of the first byte at or after `at` that is not white space. */
export function skipBlanks(bytes: Buffer, at: number): number {
  let i = at;
  for (let byte = bytes[i]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = bytes[i]) i++;
  return i;
}

/** The offset after the value at `at`. */
function afterValue(bytes: Buffer, at: number): number {
  const first = bytes[at];
  if (first === QUOTE) return afterString(bytes, at);
  if (first !== OPEN_OBJECT && first !== OPEN_ARRAY) return afterScalar(bytes, at);
  let depth = 0;
  let i = at;
  while (i < bytes.length) {
    const byte = bytes[i] as number;
    if (byte === QUOTE) {
      i = afterString(bytes, i);
      continue;
    }
    i++;
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --depth === 0) return i;
  }
  return i;
}

function afterString(bytes: Buffer, at: number): number {
  let i = at + 1;
  while (i < bytes.length && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
  return i + 1;
}

/** A number or a literal ends before a separator, white space, or the end of its container or text. */
function afterScalar(bytes: Buffer, at: number): number {
  let i = at;
  for (let byte = bytes[i]; byte !== undefined && !endsScalar(byte); byte = bytes[i]) i++;
  return i;
}

const endsScalar = (byte: number): boolean =>
  byte <= 0x20 || byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY || byte === COLON;
