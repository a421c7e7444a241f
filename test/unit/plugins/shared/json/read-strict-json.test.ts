import { readStrictJson } from '../../../../../plugins/shared/json/read-strict-json';
import { bounds, faultOf, read } from './read';

describe('readStrictJson rejects', () => {
  it.each([
    ['nothing', '', 'empty_body'],
    ['blanks alone', ' \n', 'invalid_json'],
    ['text', 'not json', 'invalid_json'],
    ['a trailing comma', '{"a":1,}', 'invalid_json'],
    ['a trailing comma in a list', '[1,]', 'invalid_json'],
    ['a leading comma', '[,1]', 'invalid_json'],
    ['a missing colon', '{"a" 1}', 'invalid_json'],
    ['a missing comma', '[1 2]', 'invalid_json'],
    ['an unquoted key', '{a:1}', 'invalid_json'],
    ['single quotes', "{'a':1}", 'invalid_json'],
    ['a wrong bracket', '[1}', 'invalid_json'],
    ['an open object', '{"a":1', 'invalid_json'],
    ['an open string', '"abc', 'invalid_json'],
    ['a second document', '{} {}', 'invalid_json'],
    ['trailing garbage', '{}x', 'invalid_json'],
    ['a trailing NUL', '{}\u0000', 'invalid_json'],
    ['a comment', '{}//', 'invalid_json'],
    ['a raw line break in a string', '"a\nb"', 'invalid_json'],
    ['an unknown escape', '"\\x41"', 'invalid_json'],
    ['a short escape', '"\\u12"', 'invalid_json'],
    ['a leading zero', '01', 'invalid_json'],
    ['a leading plus', '+1', 'invalid_json'],
    ['a bare fraction', '.5', 'invalid_json'],
    ['an open fraction', '1.', 'invalid_json'],
    ['an open exponent', '1e', 'invalid_json'],
    ['NaN', 'NaN', 'invalid_json'],
    ['Infinity', '-Infinity', 'invalid_json'],
    ['a half word', 'tru', 'invalid_json'],
    ['another word', 'nulL', 'invalid_json'],
    ['a no-break space', '\u00a0{}', 'invalid_json'],
    ['a byte order mark', '\ufeff{}', 'byte_order_mark'],
    ['a byte order mark inside', '{\ufeff}', 'invalid_json'],
    ['a number beyond a double', '[1e400]', 'number_out_of_range'],
    ['a negative one', '-1E+309', 'number_out_of_range'],
    ['a long integer beyond a double', '9'.repeat(400), 'number_out_of_range'],
    ['a duplicate key', '{"a":1,"a":1}', 'duplicate_key'],
    ['a duplicate key in the depth', '[{"x":{"a":1,"b":2,"a":3}}]', 'duplicate_key'],
    ['a duplicate key in another spelling', '{"a":1,"\\u0061":2}', 'duplicate_key'],
    ['a duplicate key, escaped first', '{"\\u0061":1,"a":2}', 'duplicate_key'],
    ['a duplicate key beyond ASCII', '{"é":1,"\\u00e9":2}', 'duplicate_key'],
    ['a duplicate key with a pair', '{"😀":1,"\\ud83d\\ude00":2}', 'duplicate_key'],
    ['a duplicate empty key', '{"":1,"":2}', 'duplicate_key'],
    ['a duplicate __proto__', '{"__proto__":1,"__proto__":2}', 'duplicate_key'],
    ['a NUL in a key', '{"method\\u0000":1}', 'control_character_in_key'],
    ['a line break in a key', '{"a\\n":1}', 'control_character_in_key'],
    ['a lone high surrogate', '"\\ud800"', 'lone_surrogate'],
    ['a lone low surrogate', '"\\udc00"', 'lone_surrogate'],
    ['two high surrogates', '"\\ud800\\ud800"', 'lone_surrogate'],
    ['a high surrogate before text', '"\\ud800x"', 'lone_surrogate'],
    ['a high surrogate before another escape', '"\\ud800\\n"', 'lone_surrogate'],
    ['a lone surrogate in a key', '{"\\ud800":1}', 'lone_surrogate'],
  ])('%s', (_, text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  it.each([
    ['a byte that never occurs', [0x22, 0xff, 0x22]],
    ['an overlong form', [0x22, 0xc0, 0xaf, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a cut sequence', [0x22, 0xe2, 0x82, 0x22]],
    ['beyond Unicode', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])('invalid UTF-8: %s', (_, bytes) => {
    expect(faultOf(Uint8Array.from(bytes))).toBe('invalid_utf8');
  });

  it('a duplicate among many keys, whatever they look like', () => {
    for (const name of [(i: number) => `key${i}`, (i: number) => String(i * 65_536)]) {
      const keys = Array.from({ length: 40 }, (_, i) => `"${name(i)}":0`);
      expect(faultOf(`{${keys.join()}}`)).toBeUndefined();
      expect(faultOf(`{${[...keys, keys[7]].join()}}`)).toBe('duplicate_key');
    }
  });

  it('returns the offset of the fault', () => {
    expect(read('{"é":1,"é":2}')).toEqual({ ok: false, fault: 'duplicate_key', at: 8 });
    expect(read('[1,2')).toEqual({ ok: false, fault: 'invalid_json', at: 4 });
  });
});

describe('readStrictJson enforces its bounds', () => {
  it.each([
    ['depth met', '[[{}]]', { maxDepth: 3, maxValues: 99 }, undefined],
    ['depth passed', '[[[[]]]]', { maxDepth: 3, maxValues: 99 }, 'too_deep'],
    ['depth is of open containers only', '[[],[],[],[]]', { maxDepth: 2, maxValues: 99 }, undefined],
    ['values met', '[1,{"a":"b"}]', { maxDepth: 9, maxValues: 4 }, undefined],
    ['values passed', '[1,{"a":"b"},2]', { maxDepth: 9, maxValues: 4 }, 'too_many_values'],
    ['depth of an endless opening', '['.repeat(200_000), bounds, 'too_deep'],
  ])('%s', (_, text, given, fault) => {
    expect(faultOf(text, given)).toBe(fault);
  });
});

describe('readStrictJson accepts', () => {
  it.each([
    'null',
    'true',
    ' [ ] ',
    '{ }',
    '-0',
    '-0.0e-5',
    '1E5',
    '"\\u0041\\ud83d\\ude00😀\\/"',
    '{"a\u007f":"\\u0000"}',
  ])('%s', (text) => {
    expect(read(text)).toMatchObject({ ok: true, value: JSON.parse(text) as unknown });
  });

  it('keys named after inherited members, as own properties', () => {
    const reading = read('{"__proto__":{"polluted":1},"constructor":2,"hasOwnProperty":3}');
    expect(reading.ok && Object.keys(reading.value as object)).toEqual(['__proto__', 'constructor', 'hasOwnProperty']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('the same key in different objects', () => {
    expect(faultOf('{"a":{"a":[{"a":1},{"a":2}]},"b":{"a":1}}')).toBeUndefined();
  });

  it('bytes that are part of a larger buffer', () => {
    const whole = Buffer.from('xx{"a":1}xx');
    expect(readStrictJson(whole.subarray(2, 9), bounds)).toMatchObject({ ok: true, value: { a: 1 } });
  });
});

it.each([
  ['{"id":7}', ['7']],
  ['{"id":1e2,"x":{"id":3}}', ['1e2']],
  ['{"\\u0069d":7.0}', ['7.0']],
  ['{"id":"7"}', []],
  ['{"x":{"id":7}}', []],
  ['{"id":[7]}', []],
  ['[{"id":1},{"x":1},{"id":-0,"y":[1,2]},5]', ['1', undefined, '-0']],
  ['[[{"id":1}],{"id":2}]', [undefined, '2']],
])('the spelling of ids in %s', (text, lexemes) => {
  const reading = read(text);
  expect(reading.ok && [...reading.idLexemes]).toEqual(lexemes);
});
