import fc from 'fast-check';
import { END_OF_CALLS, frame, FrameReader, OversizedFrame } from '../../../../../kong/plugin-server/protocol/frames';

type Read = string | number;

/** All frames that a reader returns for these chunks: payloads as hex, the announced length of oversized ones. */
function readAll(reader: FrameReader, chunks: readonly Buffer[]): Read[] {
  const all: Read[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let next = reader.next(); next !== undefined; next = reader.next()) {
      all.push(next instanceof OversizedFrame ? next.announcedBytes : next.toString('hex'));
    }
  }
  return all;
}

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((start, i) => bytes.subarray(start, places[i] ?? bytes.length));
}

const announce = (length: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(length);
  return bytes;
};

it('frames a payload', () => {
  expect(frame(Buffer.from('ab')).toString('hex')).toBe('020000006162');
  expect(END_OF_CALLS.toString('hex')).toBe('00000000');
});

it('reads back every frame, wherever the stream is cut', () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 });
  fc.assert(
    fc.property(payloads, fc.array(fc.nat(), { maxLength: 40 }), (list, cuts) => {
      const reader = new FrameReader(100);
      const read = readAll(reader, split(Buffer.concat(list.map(frame)), cuts));
      expect(read).toEqual(
        list.map((payload) => (payload.length > 100 ? payload.length : Buffer.from(payload).toString('hex'))),
      );
      expect(reader.isIncomplete).toBe(false);
    }),
    { numRuns: 300 },
  );
});

it('returns every byte of a large frame that arrives in small chunks', () => {
  const payload = Buffer.alloc(3 * 1024 * 1024, 'abcdefg');
  const bytes = frame(payload);
  const reader = new FrameReader(payload.length);
  for (let at = 0; at < bytes.length; at += 1000) {
    expect(reader.next()).toBeUndefined();
    reader.push(bytes.subarray(at, at + 1000));
  }
  expect(payload.equals(reader.next() as Buffer)).toBe(true);
});

it('does not change an earlier payload while later bytes arrive', () => {
  const reader = new FrameReader(100);
  const bytes = Buffer.concat([frame(Buffer.from('first')), frame(Buffer.from('second')), frame(Buffer.from('third'))]);
  reader.push(bytes.subarray(0, 6));
  reader.push(bytes.subarray(6, 12));
  const first = reader.next() as Buffer;
  reader.push(bytes.subarray(12));
  expect([first, reader.next(), reader.next()].map(String)).toEqual(['first', 'second', 'third']);
});

it.each<[string, number, Read[]]>([
  ['at the bound', 8, ['0'.repeat(16)]],
  ['above the bound', 9, [9]],
  ['of the maximum length that can be announced', 0xffff_ffff, [0xffff_ffff]],
])('reads a frame %s', (_, length, expected) => {
  const reader = new FrameReader(8);
  expect(readAll(reader, [announce(length), Buffer.alloc(Math.min(length, 100))])).toEqual(expected);
  expect(reader.isIncomplete).toBe(length > 100);
});

it('continues after an oversized frame', () => {
  const reader = new FrameReader(2);
  const bytes = Buffer.concat([frame(Buffer.from('long')), frame(Buffer.from('ok')), END_OF_CALLS]);
  expect(readAll(reader, split(bytes, [5, 7]))).toEqual([4, '6f6b', '']);
});

it('names the announced and the allowed length', () => {
  expect(String(new OversizedFrame(17, 16))).toBe('a frame of 17 bytes was announced, the limit is 16');
});

it.each<[string, Buffer, boolean]>([
  ['nothing', Buffer.alloc(0), false],
  ['half a length', Buffer.alloc(2), true],
  ['a length without its payload', announce(1), true],
  ['half a payload', Buffer.concat([announce(2), Buffer.alloc(1)]), true],
  ['a whole frame', END_OF_CALLS, false],
])('knows whether a frame is incomplete after %s', (_, bytes, isIncomplete) => {
  const reader = new FrameReader(100);
  readAll(reader, [bytes]);
  expect(reader.isIncomplete).toBe(isIncomplete);
});
