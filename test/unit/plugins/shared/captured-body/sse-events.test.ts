import fc from 'fast-check';
import { SseEvents, type SseEvent } from '../../../../../plugins/shared/captured-body/sse-events';

function read(text: string, maxBytes = 1000): { events: SseEvent[]; lost: number } {
  const events: SseEvent[] = [];
  let lost = 0;
  const reader = new SseEvents(maxBytes, {
    onEvent: (event) => events.push(event),
    onLost: () => lost++,
  });
  reader.push(Buffer.from(text));
  reader.end();
  return { events, lost };
}

describe('SseEvents', () => {
  it.each<[string, string, SseEvent[]]>([
    ['an event with a name', 'event: a\ndata: 1\n\n', [{ event: 'a', data: '1' }]],
    ['CRLF', 'event: a\r\ndata: 1\r\n\r\n', [{ event: 'a', data: '1' }]],
    [
      'CR',
      'event: a\rdata: 1\r\rdata: 2\r\r',
      [
        { event: 'a', data: '1' },
        { event: 'message', data: '2' },
      ],
    ],
    ['CR, LF and CRLF in one stream', 'data: 1\r\ndata: 2\rdata: 3\n\r', [{ event: 'message', data: '1\n2\n3' }]],
    ['a byte order mark at the start', '\ufeffdata: 1\n\n', [{ event: 'message', data: '1' }]],
    [
      'a byte order mark elsewhere as a part of the line',
      'data: 1\n\n\ufeffdata: 2\n\n',
      [{ event: 'message', data: '1' }],
    ],
    ['lines of data', 'data: 1\ndata:2\ndata\n\n', [{ event: 'message', data: '1\n2\n' }]],
    [
      'comments, ids and unknown fields',
      ': hi\nid: 3\nretry: 5\nfoo: x\ndata: 1\n\n',
      [{ event: 'message', data: '1' }],
    ],
    ['an event without data', 'event: a\n\ndata: 1\n\n', [{ event: 'message', data: '1' }]],
    ['an event without its blank line', 'data: 1', [{ event: 'message', data: '1' }]],
    ['one leading space only', 'data:  1\n\n', [{ event: 'message', data: ' 1' }]],
    ['nothing', '', []],
  ])('reads %s', (_name, text, events) => {
    expect(read(text)).toEqual({ events, lost: 0 });
  });

  it('reads the same events whatever the chunks are', () => {
    const piece = fc.constantFrom('data: 1', 'event: a', ': x', '\n', '\r', '\r\n', '\n\n', '\ufeff', 'é☀');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.integer({ min: 1, max: 5 }), (pieces, size) => {
        const text = pieces.join('');
        const events: SseEvent[] = [];
        const reader = new SseEvents(1000, { onEvent: (event) => events.push(event), onLost: () => undefined });
        const bytes = Buffer.from(text);
        for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
        reader.end();
        expect(events).toEqual(read(text).events);
        expect(events).toEqual(read(text.replace(/\r\n?/g, '\n')).events);
      }),
    );
  });

  it('passes on lines with fields that the standard does not define', () => {
    const lines: string[] = [];
    const reader = new SseEvents(1000, {
      onEvent: () => undefined,
      onOtherLine: (line) => lines.push(line),
      onLost: () => undefined,
    });
    reader.push(Buffer.from(': comment\nid: 1\nretry: 2\nerror: {}\n{"error":1}\ndata: 1\n\n'));
    expect(lines).toEqual(['error: {}', '{"error":1}']);
  });

  it('loses only an event that is larger than its bound, in one line or in many', () => {
    expect(read(`data: ${'x'.repeat(200)}\n\ndata: 1\n\n`, 100)).toEqual({
      events: [{ event: 'message', data: '1' }],
      lost: 1,
    });
    expect(read(`${'data: xxxxxxxxxx\n'.repeat(20)}\ndata: 1\n\n`, 100)).toEqual({
      events: [{ event: 'message', data: '1' }],
      lost: 1,
    });
  });
});
