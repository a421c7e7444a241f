import { decode } from '@msgpack/msgpack';
import * as fc from 'fast-check';
import { Binary, EmptyMap, pack, type Packable } from '../../../../../kong/stand-in/rpc/mp-pack';

describe("pack, byte by byte as lua-MessagePack's defaults", () => {
  it.each<[string, Packable, string]>([
    ['nil', undefined, 'c0'],
    ['booleans', [true, false], '92c3c2'],
    ['a short text', 'ab', 'a26162'],
    ['a text of 32 bytes, without str8', 'x'.repeat(32), `da0020${'78'.repeat(32)}`],
    ['a raw byte', '\xff', 'a1ff'],
    ['small integers', [0, 127, -1, -32], '94007fffe0'],
    ['a double', 1.5, 'cb3ff8000000000000'],
    ['an empty table', {}, '90'],
    ['an empty map', new EmptyMap(), '80'],
    ['a map', { a: 1 }, '81a16101'],
    ['binary', new Binary(Buffer.of(0, 255)), 'c40200ff'],
  ])('%s', (_, value, hex) => {
    expect(pack(value).toString('hex')).toBe(hex);
  });
});

it('packs what a decoder reads back, of any size', () => {
  const text = fc.string({ maxLength: 70_000 }).map((value) => value.replace(/[^\0-\x7f]/g, ''));
  fc.assert(
    fc.property(fc.array(fc.oneof(text, fc.maxSafeInteger(), fc.double({ noNaN: true }), fc.boolean())), (list) => {
      expect(decode(pack(list))).toEqual(list.map((value) => (Object.is(value, -0) ? 0 : value)));
    }),
    { numRuns: 50 },
  );
});

it.each([0, 255, 256, 65_536])('packs %i bytes', (size) => {
  expect(decode(pack(new Binary(Buffer.alloc(size, 7))))).toEqual(new Uint8Array(Buffer.alloc(size, 7)));
});

it.each([15, 16, 65_536])('packs a list of %i', (length) => {
  expect(decode(pack(new Array<number>(length).fill(1)))).toHaveLength(length);
});
