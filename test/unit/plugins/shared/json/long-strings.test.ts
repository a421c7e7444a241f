import fc from 'fast-check';
import { readCheapJson, readStrictJson } from '../../../../../plugins/shared/json/read-strict-json';
import { bounds, read } from './read';

const LONG = 4096;
const within = ['params', 'arguments'];
const readLazily = (text: string | Uint8Array) => readStrictJson(Buffer.from(text), bounds, within);
const argumentsOf = (value: unknown) => (value as { params: { arguments: Record<string, unknown> } }).params.arguments;
const long = (text: string): string => text.repeat(Math.ceil(LONG / text.length));

/** The document with these members of `params.arguments`. */
const call = (members: string): string => `{"id":1,"params":{"name":"x","arguments":{${members}}},"z":[{}]}`;

/** The keys of an object whose values are not built yet. */
function lazyKeys(object: object): string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(object)).flatMap(([key, { get }]) => (get ? [key] : []));
}

describe('a long string of the arguments', () => {
  it('is built when it is read first, and once', () => {
    const text = call(`"a":1,"content":${JSON.stringify(long('a "quoted"\n\u00e9\ud83d\ude00 line'))},"b":"short"`);
    const reading = readLazily(text);
    const args = argumentsOf(reading.ok && reading.value);
    expect(lazyKeys(args)).toEqual(['content']);
    expect(args['content']).toBe(argumentsOf(JSON.parse(text))['content']);
    expect(lazyKeys(args)).toEqual([]);
    expect(args).toEqual(argumentsOf(JSON.parse(text)));
    expect(Object.keys(args)).toEqual(['a', 'content', 'b']);
  });

  it.each([
    ['in an object inside', `"x":{"y":{"content":"${long('a')}"}}`, ['x', 'y'], ['content']],
    ['with the name of an inherited member', `"__proto__":"${long('a')}"`, [], ['__proto__']],
    ['inside such a one', `"__proto__":{"a":"${long('a')}"}`, ['__proto__'], ['a']],
    ['whose key has escapes', `"\\u0061\\"\\ud83d\\ude00":"${long('a')}"`, [], ['a"\ud83d\ude00']],
    ['after an array', `"list":[[1],{"a":[2]}],"a":"${long('a')}"`, [], ['a']],
    ['that is just not long', `"a":"${'a'.repeat(LONG - 3)}"`, [], []],
    ['that is just long', `"a":"${'a'.repeat(LONG - 2)}"`, [], ['a']],
    ['in an array', `"list":["${long('a')}"]`, ['list'], []],
    ['in an object in an array', `"list":[{"a":"${long('a')}"}]`, ['list', 0], []],
  ] as const)('%s', (_, members, place, keys) => {
    const text = call(members);
    const reading = readLazily(text);
    const args: unknown = argumentsOf(reading.ok && reading.value);
    const parent = place.reduce((object, key) => (object as Record<string | number, unknown>)[key], args);
    expect(lazyKeys(parent as object)).toEqual(keys);
    expect(reading).toMatchObject({ ok: true, value: JSON.parse(text) as unknown });
  });

  it.each([
    ['beside the arguments', `{"params":{"name":"${long('a')}","arguments":{}}}`],
    ['after them', `{"params":{"arguments":{},"name":"${long('a')}"}}`],
    ['in other members of that name', `{"arguments":{"a":"${long('a')}"},"x":{"params":{"arguments":"${long('a')}"}}}`],
    ['in a batch', `[${call(`"a":"${long('a')}"`)}]`],
  ])('other long strings are built at once: %s', (_, text) => {
    const reading = readLazily(text);
    const getters: string[] = [];
    JSON.stringify(reading.ok && reading.value, (_key, value: unknown) => {
      if (typeof value === 'object' && value !== null) getters.push(...lazyKeys(value));
      return value;
    });
    expect(getters).toEqual([]);
    expect(reading).toEqual(read(text));
  });

  it('is checked like any other', () => {
    const body = (end: string) => call(`"a":"${long('a')}${end}"`);
    for (const [end, fault] of [
      ['\\ud800', 'lone_surrogate'],
      ['\\x', 'invalid_json'],
      ['\n', 'invalid_json'],
    ] as const) {
      expect(readLazily(body(end))).toMatchObject({ ok: false, fault });
      expect(readLazily(body(end))).toEqual(read(body(end)));
    }
  });
});

describe('readCheapJson', () => {
  const cheap = (text: string, maxOtherBytes: number) =>
    readCheapJson(Buffer.from(text), bounds, { within, maxOtherBytes });
  const text = call(`"a":"${long('a')}","b":"${long('b')}"`);
  const otherBytes = text.length - 2 * (LONG + 2);

  it('reads a document whose other bytes are within the bound', () => {
    expect(cheap(text, otherBytes)).toEqual(read(text));
    expect(cheap(text, otherBytes - 1)).toBeUndefined();
  });

  it.each([
    ['one long key', `{"${long('k')}":1}`],
    ['long strings elsewhere', `{"a":"${long('a')}","b":1}`],
    ['many values', `[${'1,'.repeat(LONG)}1]`],
    ['blanks at the end', `{}${' '.repeat(LONG)}`],
    ['many values, then a fault', `[${'1,'.repeat(LONG)}`],
  ])('does not read a document with %s', (_, other) => {
    expect(cheap(other, 1000)).toBeUndefined();
  });

  it('reports a fault before the bound', () => {
    expect(cheap(`{"a":1,"a":"${long('a')}"}`, 1000)).toMatchObject({ ok: false, fault: 'duplicate_key' });
    expect(cheap('', 1000)).toMatchObject({ ok: false, fault: 'empty_body' });
  });
});

describe('properties', () => {
  const key = fc.constantFrom('params', 'arguments', 'a', '__proto__', '\u00e9', '"', '1', '0');
  const string = fc
    .tuple(fc.string({ unit: 'grapheme', maxLength: 5 }), fc.constantFrom(1, LONG))
    .map(([text, times]) => text.repeat(times));
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      string,
      fc.constantFrom(null, 1, true),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    ),
  }));
  const document = fc.oneof(
    fc.record({ params: fc.record({ arguments: fc.dictionary(key, value, { maxKeys: 4 }), name: value }), id: value }),
    value,
  );

  it('the value is that of JSON.parse, whichever strings are long', () => {
    fc.assert(
      fc.property(document, fc.constantFrom('', ' '), (given, indent) => {
        const text = JSON.stringify(given, null, indent);
        const reading = readLazily(text);
        expect(reading).toEqual(read(text));
        if (reading.ok) expect(JSON.stringify(reading.value)).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('a mutated document gets the same result with long strings as without', () => {
    fc.assert(
      fc.property(document, fc.nat(), fc.integer({ min: 0, max: 255 }), (given, where, byte) => {
        const bytes = Buffer.from(JSON.stringify(given));
        bytes[where % bytes.length] = byte;
        expect(readLazily(bytes)).toEqual(read(bytes));
      }),
      { numRuns: 300 },
    );
  });
});
