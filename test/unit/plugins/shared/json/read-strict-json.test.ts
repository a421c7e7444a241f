import fc from 'fast-check';
import { readStrictJson, type StrictJson } from '../../../../../plugins/shared/json/read-strict-json';

const bounds = { maxDepth: 64, maxValues: 1000 };
const read = (text: string | Uint8Array, given = bounds): StrictJson => readStrictJson(Buffer.from(text), given);
const faultOf = (text: string | Uint8Array, given = bounds): string | undefined => {
  const reading = read(text, given);
  return reading.ok ? undefined : reading.fault;
};

describe('readStrictJson refuses', () => {
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

  it('tells the byte of the fault', () => {
    expect(read('{"é":1,"é":2}')).toEqual({ ok: false, fault: 'duplicate_key', at: 8 });
    expect(read('[1,2')).toEqual({ ok: false, fault: 'invalid_json', at: 4 });
  });
});

describe('readStrictJson keeps its bounds', () => {
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

describe('properties', () => {
  const wide = { maxDepth: 1000, maxValues: 100_000 };

  it('any bytes get an answer, and what passes is what JSON.parse reads', () => {
    const pieces = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '\\',
        '"a"',
        '"id"',
        '1',
        '-',
        '.',
        'e',
        '0',
        'null',
        'tru',
        ' ',
        '\\u00',
        'd8',
        '\u00e9',
        '\u0000',
      ),
      { maxLength: 24 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 40 }),
          pieces.map((list) => Buffer.from(list.join(''))),
        ),
        (bytes) => {
          const reading = readStrictJson(bytes, wide);
          if (reading.ok) expect(reading.value).toEqual(JSON.parse(Buffer.from(bytes).toString()));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('agrees with JSON.parse on every canonical text', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 8 }),
        fc.constantFrom('', ' ', '\t'),
        (value, indent) => {
          const text = JSON.stringify(value, null, indent);
          const controlInKey = /"(?:[^"\\]|\\.)*\\(?:u00[01]|[bfnrt])(?:[^"\\]|\\.)*"\s*:/.test(text);
          const reading = read(text, wide);
          if (controlInKey) return;
          expect(reading).toMatchObject({ ok: true, value: JSON.parse(text) as unknown });
        },
      ),
    );
  });

  it('a mutation of valid JSON never passes unless JSON.parse takes it too', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), fc.integer({ min: 0, max: 255 }), (value, where, byte) => {
        const bytes = Buffer.from(JSON.stringify(value));
        bytes[where % bytes.length] = byte;
        const reading = readStrictJson(bytes, wide);
        if (reading.ok) expect(reading.value).toEqual(JSON.parse(bytes.toString()));
      }),
      { numRuns: 500 },
    );
  });

  it('finds a duplicate among any number of keys in any spelling, with objects between them', () => {
    const spell = (key: string, escaped: boolean): string =>
      escaped
        ? Array.from({ length: key.length }, (_, i) => `\\u${key.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')
        : key;
    const key = fc
      .tuple(fc.constantFrom('', 'a', 'é', '€', '😀', 'long'.repeat(30)), fc.integer({ min: 0, max: 400 }))
      .map(([text, number]) => text + String(number * 65_536));
    const members = fc.array(fc.tuple(key, fc.boolean(), fc.boolean()), { maxLength: 200 });
    fc.assert(
      fc.property(members, fc.boolean(), (list, unique) => {
        const chosen = unique ? [...new Map(list.map((member) => [member[0], member])).values()] : list;
        const text = chosen.map(
          ([name, escaped, nested]) => `"${spell(name, escaped)}":${nested ? '{"a":[{"a":{}}]}' : 1}`,
        );
        const isUnique = new Set(chosen.map(([name]) => name)).size === chosen.length;
        expect(faultOf(`{${text.join()}}`, wide)).toBe(isUnique ? undefined : 'duplicate_key');
      }),
    );
  });

  it('what passes has one meaning for readers that keep the first, and that keep the last of equal keys', () => {
    const key = fc.constantFrom('a', '\\u0061', 'A', 'b', '\\u0062', '__proto__');
    const objects = fc.array(fc.tuple(key, fc.integer()), { maxLength: 5 });
    fc.assert(
      fc.property(objects, (members) => {
        const text = `{${members.map(([name, value]) => `"${name}":${value}`).join()}}`;
        const names = members.map(([name]) => JSON.parse(`"${name}"`) as string);
        expect(read(text).ok).toBe(new Set(names).size === names.length);
      }),
    );
  });
});
