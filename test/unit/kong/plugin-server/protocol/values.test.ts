import fc from 'fast-check';
import type { SharedValue } from '../../../../../kong/pdk';
import { MessageReader } from '../../../../../kong/plugin-server/protocol/message-reader';
import { MessageWriter } from '../../../../../kong/plugin-server/protocol/message-writer';
import { messages } from '../../../../../kong/plugin-server/protocol/messages';
import { readCall } from '../../../../../kong/plugin-server/protocol/rpc-call';
import { decodeText, readStruct, readValue, writeValue } from '../../../../../kong/plugin-server/protocol/values';
import { fromValue as toLua, toValue as fromLua } from '../../../../../kong/stand-in/rpc/pb-values';
import { messageType } from '../../../../../kong/stand-in/rpc/pluginsocket';

const decoded = (bytes: Uint8Array): unknown => readValue(new MessageReader(bytes), 'utf8');

function encoded(value: SharedValue): Buffer {
  const writer = new MessageWriter();
  writeValue(writer, value);
  return writer.copy();
}

/** The value after both of Kong's conversions: sent by one plugin, read by another. */
const throughKong = (value: SharedValue): unknown => {
  const lua = toLua(messageType('Value').decode(encoded(value)));
  return decoded(messageType('Value').encode(fromLua(lua)).finish());
};

const { shared } = fc.letrec<{ shared: SharedValue }>((tie) => ({
  shared: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'grapheme' }),
    // Lengths of one, two and three bytes.
    fc
      .tuple(fc.constantFrom('a', 'é', '€', '😀'), fc.constantFrom(42, 43, 127, 128, 16_384))
      .map(([each, n]) => each.repeat(n)),
    fc.double({ noNaN: true }),
    fc.constant<true>(true),
    fc.array(tie('shared'), { minLength: 1, maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'grapheme' }), tie('shared'), { maxKeys: 4 }),
  ),
}));

it('passes a shared value through Kong unchanged', () => {
  fc.assert(
    fc.property(shared, (value) => {
      expect(throughKong(value)).toEqual(value);
    }),
  );
});

it('decodes any bytes: latin1 keeps every byte, utf8 never fails', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(Buffer.from(decodeText(bytes, 'latin1'), 'latin1')).toEqual(Buffer.from(bytes));
      expect(decodeText(bytes)).toBe(Buffer.from(bytes).toString());
    }),
  );
});

it('reads a struct of header values with any bytes', () => {
  const fields = [
    { key: Buffer.from('x-bin'), value: { string_value: Buffer.of(0xff, 0, 0x80) } },
    {
      key: Buffer.from('x-two'),
      value: { list_value: { values: [{ string_value: Buffer.from('a') }, { string_value: Buffer.from('') }] } },
    },
    { key: Buffer.from('__proto__'), value: { string_value: Buffer.from('p') } },
    { key: Buffer.from('constructor'), value: { bool_value: false } },
  ];
  const struct = readStruct(new MessageReader(messages.struct.encode({ fields })), 'latin1');
  expect(Object.entries(struct)).toEqual([
    ['x-bin', '\xff\0\x80'],
    ['x-two', ['a', '']],
    ['__proto__', 'p'],
    ['constructor', false],
  ]);
});

it.each<[string, string, unknown]>([
  ['nothing', '', undefined],
  ['null', '0800', undefined],
  ['zero', '110000000000000000', 0],
  ['an empty string', '1a00', ''],
  ['an empty list', '3200', []],
  ['an empty struct', '2a00', {}],
  ['a struct with an entry that has no value', '2a050a030a0161', { a: undefined }],
])('reads %s', (_, hex, value) => {
  expect(decoded(Buffer.from(hex, 'hex'))).toEqual(value);
});

it.each([
  ['value', (bytes: Uint8Array) => decoded(bytes)],
  ['struct', (bytes: Uint8Array) => readStruct(new MessageReader(bytes), 'latin1')],
  ['call', (bytes: Uint8Array) => readCall(bytes)],
])('decodes any bytes as a %s or throws an Error', (_, decode) => {
  const seen = new Set<boolean>();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      let error: unknown;
      try {
        decode(bytes);
      } catch (thrown) {
        error = thrown;
      }
      seen.add(error === undefined);
      expect(error === undefined || error instanceof Error).toBe(true);
    }),
    { numRuns: 300 },
  );
  expect(seen.size).toBe(2);
});

it('rejects a value that is nested too deeply', () => {
  let bytes: Buffer = Buffer.from('2001', 'hex');
  // Each level wraps the last one as the only element of a list.
  for (let level = 0; level < 300; level++) bytes = wrap(0x32, wrap(0x0a, bytes));
  expect(() => decoded(bytes)).toThrow();
});

function wrap(tag: number, bytes: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) return Buffer.concat([Buffer.of(tag, ...length), bytes]);
  }
}
