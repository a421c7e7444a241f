import * as fc from 'fast-check';
import type { LuaValue } from '../../../../../kong/stand-in/lua/value';
import { fromValue, toMessage, toValue, unwrap, wrap } from '../../../../../kong/stand-in/rpc/pb-values';
import { messageType, methods } from '../../../../../kong/stand-in/rpc/pluginsocket';

const roundTrip = (value: LuaValue): LuaValue => {
  const type = messageType('Value');
  return fromValue(type.decode(type.encode(toValue(value)).finish()));
};
const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('google.protobuf.Value, as pb_rpc.lua turns it', () => {
  it.each<[string, LuaValue, LuaValue]>([
    ['keeps true', true, true],
    ['loses false', false, undefined],
    ['keeps zero', 0, 0],
    ['keeps an empty text', '', ''],
    ['keeps any byte', '\0\xff', '\0\xff'],
    ['turns an empty list into an empty record', [], {}],
    ['keeps a list', [1, 'a', { b: 2 }], [1, 'a', { b: 2 }]],
    ['loses members without a value', { a: undefined, b: false, c: 1 }, { c: 1 }],
    ['gives nil a number', undefined, 1],
  ])('%s', (_, value, back) => {
    expect(roundTrip(value)).toEqual(back);
  });

  it("names protobuf's null as lua-protobuf does", () => {
    expect(fromValue({ null_value: 0 })).toBe('NULL_VALUE');
  });

  it('keeps every value that has neither false nor null nor an empty list', () => {
    const key = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
    const { value } = fc.letrec<{ value: LuaValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        key,
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
        fc.constant(true),
        fc.array(tie('value'), { minLength: 1, maxLength: 4 }),
        fc.dictionary(
          key.filter((name) => name !== '__proto__'),
          tie('value'),
          { noNullPrototype: true },
        ),
      ),
    }));
    fc.assert(
      fc.property(value, (original) => {
        expect(roundTrip(original)).toEqual(original);
      }),
    );
  });
});

describe('arguments', () => {
  it.each<[string, Record<string, unknown>, LuaValue[]]>([
    ['Empty', {}, []],
    ['String', { v: bytes('\xff') }, ['\xff']],
    ['Int', { v: 7 }, [7]],
    ['KV', { k: bytes('k'), v: { number_value: 1 } }, ['k', 1]],
    ['ListValue', { values: [{ number_value: 1 }, { string_value: bytes('b') }] }, [1, 'b']],
    ['Target', { host: bytes('h'), port: 1 }, ['h', 1]],
    ['ConsumerSpec', { id: bytes('i'), by_username: true }, ['i', true]],
    ['ExitArgs', { status: 200, body: bytes('b') }, [200, 'b', undefined]],
    ['ExitArgs', { status: 0, body: bytes(''), headers: { fields: [] } }, [0, '', {}]],
  ])('of %s', (type, message, args) => {
    const codec = messageType(type);
    expect(unwrap(type, codec.decode(codec.encode(message).finish()) as never)).toEqual(args);
  });
});

describe('results', () => {
  it.each<[string, LuaValue, unknown]>([
    ['String', undefined, {}],
    ['Int', 0, { v: 0 }],
    ['Empty', 'x', undefined],
    ['Consumer', undefined, undefined],
    ['Consumer', { id: 'i', tags: ['t'], unknown: 1 }, { id: bytes('i'), tags: [bytes('t')] }],
  ])('%s', (type, value, message) => {
    expect(wrap(type, value)).toEqual(message);
  });

  it('leaves out a map where the message has a list', () => {
    expect(toMessage('Route', { id: 'r', paths: ['/'], service: { id: 's' }, headers: { a: ['b'] } })).toEqual({
      id: bytes('r'),
      paths: [bytes('/')],
      service: { id: bytes('s') },
    });
  });

  it('knows a codec for every function', () => {
    for (const { input, output } of methods.values()) {
      expect([messageType(input).name, messageType(output).name]).toEqual([input, output]);
    }
    expect(methods.size).toBe(74);
  });
});
