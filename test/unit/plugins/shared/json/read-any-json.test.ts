import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { readStrictJson } from '../../../../../plugins/shared/json/read-strict-json';
import { faultOf, read } from './read';

describe('properties', () => {
  const wide = { maxDepth: 1000, maxValues: 100_000 };

  it('any bytes get a result, and accepted text has the value that JSON.parse returns', () => {
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

  it('a mutation of valid JSON passes only if JSON.parse accepts it too', () => {
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

  it('accepted text has one meaning for readers that keep the first and for readers that keep the last of equal keys', () => {
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

  it('accepts exactly the strings that JSON.parse accepts, except lone surrogates', () => {
    const accepts = (bytes: Buffer): boolean => {
      try {
        // Throws on a lone surrogate.
        encodeURIComponent(JSON.parse(bytes.toString()) as string);
        return isUtf8(bytes);
      } catch {
        return false;
      }
    };
    // Any byte at any place between others: strings are read several bytes at a time.
    const wrong: unknown[] = [];
    for (let byte = 0; byte < 256; byte++) {
      for (let before = 0; before < 9; before++) {
        for (const after of [0, 1, 9]) {
          const bytes = Buffer.from(`"${'~'.repeat(before)}?${'!'.repeat(after)}"`);
          bytes[before + 1] = byte;
          if (read(bytes).ok !== accepts(bytes)) wrong.push([byte, before, after]);
        }
      }
    }
    expect(wrong).toEqual([]);
    const piece = fc.constantFrom(
      'a',
      ' !#[]',
      '\u007f',
      '\u00e9',
      '\ud83d\ude00',
      '\\n',
      '\\"',
      '\\\\',
      '\\u0041',
      '\\ud83d',
      '\\ude00',
    );
    const rare = fc.constantFrom('"', '\\', '\u0000', '\u001f', '\n');
    const inside = fc.array(fc.oneof({ arbitrary: piece, weight: 30 }, { arbitrary: rare, weight: 1 }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(inside, (pieces) => {
        const bytes = Buffer.from(`"${pieces.join('')}"`);
        expect(read(bytes).ok).toBe(accepts(bytes));
      }),
      { numRuns: 1000 },
    );
  });
});
