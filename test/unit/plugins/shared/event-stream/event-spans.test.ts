import fc from 'fast-check';
import { SseEvents } from '../../../../../plugins/shared/captured-body/sse-events';
import { dataOf, eventSpans } from '../../../../../plugins/shared/event-stream/event-spans';
import { replaceData } from '../../../../../plugins/shared/event-stream/replace-data';
import { applyEdits } from '../../../../../plugins/shared/json/edits';

const piece = fc.constantFrom(
  'data',
  'data:',
  'data: ',
  'id:',
  ':',
  'event: message',
  '{"a":1}',
  ' ',
  '\n',
  '\r',
  '\r\n',
  '\ufeff',
  'é',
);
const stream = fc.array(piece, { maxLength: 24 }).map((pieces) => Buffer.from(pieces.join('')));

const texts = (bytes: Buffer): string[] => eventSpans(bytes).map((event) => dataOf(bytes, event).toString());

function pushed(chunks: readonly Buffer[]): string[] {
  const found: string[] = [];
  const events = new SseEvents(10_000, { onEvent: ({ data }) => found.push(data), onLost: () => undefined });
  for (const chunk of chunks) events.push(chunk);
  events.end();
  return found;
}

it('finds the same events as the reader of streams, however the stream is cut into chunks', () => {
  fc.assert(
    fc.property(stream, (bytes) => {
      const expected = texts(bytes);
      for (let at = 0; at <= bytes.length; at++) {
        expect(pushed([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(expected);
      }
    }),
    { numRuns: 150 },
  );
});

it('replaces data so that readers get the edited data, and every other line as it was', () => {
  fc.assert(
    fc.property(stream, fc.nat(), fc.nat(), fc.constantFrom('', 'x', '"y"'), (bytes, first, second, text) => {
      const events = eventSpans(bytes);
      const event = events[first % Math.max(1, events.length)];
      if (!event) return;
      const data = dataOf(bytes, event);
      const [start, end] = [first % (data.length + 1), second % (data.length + 1)].sort((a, b) => a - b) as [
        number,
        number,
      ];
      // JSON text is never empty, and an edit never cuts a character of it.
      fc.pre(data.length > 0 && !data.includes(0xc3));
      const edit = { start, end, text };
      const changed = applyEdits(bytes, replaceData(bytes, event, [edit]));
      const expected = texts(bytes);
      expected[events.indexOf(event)] = applyEdits(data, [edit]).toString();
      // A value that begins with a blank loses it where its line has no blank after the colon.
      expect(texts(changed).map((one) => one.trim())).toEqual(expected.map((one) => one.trim()));
      const others = (all: Buffer): string[] =>
        all
          .toString()
          .split(/\r\n|\r|\n/)
          .filter((line) => !line.replace('\ufeff', '').startsWith('data'));
      expect(others(changed).filter((line) => line !== '')).toEqual(others(bytes).filter((line) => line !== ''));
    }),
    { numRuns: 300 },
  );
});
