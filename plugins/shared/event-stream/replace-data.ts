import { applyEdits, type Edit } from '../json/edits';
import { dataOf, type EventLine, type EventSpan } from './event-spans';

/**
 * The edits of the stream that have the given edits of an event's data as their result. The other lines of the event stay
 * byte for byte, also between its data lines.
 *
 * @param edits offsets in the data as `dataOf` returns it
 */
export function replaceData(bytes: Buffer, event: EventSpan, edits: readonly Edit[]): readonly Edit[] {
  const data = event.lines.filter(({ isData }) => isData);
  const [first] = data;
  if (!first || edits.length === 0) return [];
  if (data.length === 1) {
    const offset = first.value.start;
    return edits.map(({ start, end, text }) => ({ start: start + offset, end: end + offset, text }));
  }
  const changed = applyEdits(dataOf(bytes, event), edits).toString();
  return data.map(({ span }, index) => ({ ...span, text: index === 0 ? toLines(bytes, first, changed) : '' }));
}

/** The text as data lines, with the end of line of the given one. */
function toLines(bytes: Buffer, { span, value }: EventLine, text: string): string {
  const lineEnd = bytes.toString('utf8', value.end, span.end);
  return text
    .split('\n')
    .map((line) => `data: ${line}${lineEnd}`)
    .join('');
}
