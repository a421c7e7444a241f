import fc from 'fast-check';
import { ResponseBuffer, isBuffered } from '../../../../../kong/stand-in/nginx/response-buffer';

const piece = (bytes: number) => Buffer.alloc(bytes, 'x');
const HEAD = 100;

describe('an answer in chunks', () => {
  it.each([1, 100, 3_900])('passes a chunk of %d bytes at once: it fits into one buffer', (bytes) => {
    expect(new ResponseBuffer('chunked', HEAD).take(piece(bytes))).toHaveLength(bytes);
  });

  it('holds the tail of a chunk that goes beyond a buffer, until the next one comes', () => {
    const buffer = new ResponseBuffer('chunked', HEAD);
    buffer.take(piece(10));
    const first = buffer.take(piece(6_000)).length;
    expect(first).toBe(4_096 - '1770\r\n'.length);
    expect(buffer.take(piece(10)).length).toBe(6_000 - first + 10);
  });

  it('gives up its tail when the answer ends', () => {
    const buffer = new ResponseBuffer('chunked', HEAD);
    const passed = buffer.take(piece(6_000)).length;
    expect(passed).toBeLessThan(6_000);
    expect(buffer.end()).toHaveLength(6_000 - passed);
  });

  it('has less room at first: the head takes its part of the first buffer', () => {
    expect(new ResponseBuffer('chunked', 4_000).take(piece(500)).length).toBeLessThan(100);
  });
});

describe('an answer with a length', () => {
  it('passes once it is whole, and what fills a buffer before', () => {
    const buffer = new ResponseBuffer(5_000, HEAD);
    expect(buffer.take(piece(1_000))).toHaveLength(0);
    expect(buffer.take(piece(3_000))).toHaveLength(3_996);
    expect(buffer.take(piece(1_000))).toHaveLength(1_004);
  });
});

describe('an answer that ends with its connection', () => {
  it('passes full buffers only', () => {
    const buffer = new ResponseBuffer('close', HEAD);
    expect(buffer.take(piece(500))).toHaveLength(0);
    expect(buffer.take(piece(4_096))).toHaveLength(3_996);
    expect(buffer.end()).toHaveLength(600);
  });
});

it('never loses, adds or reorders a byte', () => {
  const framing = fc.constantFrom('chunked' as const, 'close' as const);
  fc.assert(
    fc.property(
      framing,
      fc.nat(5_000),
      fc.array(fc.integer({ min: 1, max: 9_000 }), { maxLength: 20 }),
      (kind, head, sizes) => {
        const pieces = sizes.map((size, index) => Buffer.alloc(size, index));
        const buffer = new ResponseBuffer(kind, head);
        const passed = Buffer.concat([...pieces.map((data) => buffer.take(data)), buffer.end()]);
        // Far faster than toEqual, which compares property by property.
        expect(passed.equals(Buffer.concat(pieces))).toBe(true);
      },
    ),
  );
});

it.each([
  [true, undefined, true],
  [false, undefined, false],
  [true, 'no', false],
  [true, 'NO', false],
  [false, 'yes', true],
  [true, 'off', true],
])('response_buffering %s and X-Accel-Buffering %s: buffered %s', (route, header, expected) => {
  expect(isBuffered(route, header)).toBe(expected);
});
