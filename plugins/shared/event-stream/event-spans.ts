import type { Span } from '../json/spans';

/** A line of a stream: `span` includes its end of line, `value` is the value of its field. */
export interface EventLine {
  readonly span: Span;
  readonly value: Span;
  readonly isData: boolean;
}

/** An event with data: its lines without the blank line that ends it. */
export interface EventSpan {
  readonly lines: readonly EventLine[];
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;

/**
 * Finds the events with data in a complete stream, with the offsets of their bytes (WHATWG HTML, 9.2 "Server-sent events").
 *
 * Lines end in LF, CRLF or CR; a byte order mark at the start is skipped. An event without its blank line at the end of the
 * stream counts, since some clients use it. Linear. Never throws.
 */
export function eventSpans(bytes: Buffer): readonly EventSpan[] {
  const events: EventSpan[] = [];
  let lines: EventLine[] = [];
  const finish = () => {
    if (lines.some(({ isData }) => isData)) events.push({ lines });
    lines = [];
  };
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length) {
    const textEnd = endOfText(bytes, at);
    const end = afterLineEnd(bytes, textEnd);
    if (textEnd === at) finish();
    else lines.push(toLine(bytes, at, textEnd, end));
    at = end;
  }
  finish();
  return events;
}

/** The data of an event: the values of its data lines, joined with LF. */
export function dataOf(bytes: Buffer, { lines }: EventSpan): Buffer {
  const values = lines.filter(({ isData }) => isData).map(({ value }) => bytes.subarray(value.start, value.end));
  const [only] = values;
  if (values.length === 1 && only) return only;
  return Buffer.concat(values.flatMap((value, index) => (index === 0 ? [value] : [NEW_LINE, value])));
}

const NEW_LINE = Buffer.from('\n');

function endOfText(bytes: Buffer, at: number): number {
  let i = at;
  for (let byte = bytes[i]; byte !== undefined && byte !== LF && byte !== CR; byte = bytes[i]) i++;
  return i;
}

const afterLineEnd = (bytes: Buffer, at: number): number =>
  bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : Math.min(at + 1, bytes.length);

function toLine(bytes: Buffer, start: number, textEnd: number, end: number): EventLine {
  const line = bytes.subarray(start, textEnd);
  const colon = line.indexOf(COLON);
  const isData = (colon === -1 ? line : line.subarray(0, colon)).equals(DATA);
  const valueAt = colon === -1 ? textEnd : start + colon + (line[colon + 1] === SPACE ? 2 : 1);
  return { span: { start, end }, value: { start: valueAt, end: textEnd }, isData };
}

const DATA = Buffer.from('data');
