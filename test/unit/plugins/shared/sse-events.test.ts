import { SseEvents, type SseEvent } from '../../../../plugins/shared/sse-events';

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

  it('loses what is larger than its bound, in one line or in many, and no other', () => {
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
