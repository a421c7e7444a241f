import fc from 'fast-check';
import { compilePattern } from '../../../../../plugins/mcp-validator/json-schema/patterns/compile-pattern';
import { MAX_PROGRAM_BYTES, programs } from '../../../../../plugins/mcp-validator/json-schema/patterns/programs';
import { translatePattern } from '../../../../../plugins/mcp-validator/json-schema/patterns/translate-pattern';
import { problemOf, schemaOf, type Json } from '../arguments/compiled';

describe('each of many patterns applies to its own field', () => {
  const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
  const only = (letter: string) => `^${letter}{1,3}$`;

  it('pattern', () => {
    const properties = Object.fromEntries(letters.map((letter) => [letter, { type: 'string', pattern: only(letter) }]));
    const schema = schemaOf({ properties });
    expect(schema.check(Object.fromEntries(letters.map((letter) => [letter, letter])))).toBeUndefined();
    for (const letter of letters) {
      for (const other of letters) {
        const pointer = schema.check({ [letter]: other })?.pointer;
        expect(pointer).toBe(letter === other ? undefined : `/${letter}`);
      }
    }
  });

  it('patternProperties', () => {
    const patternProperties = Object.fromEntries(letters.map((letter, i) => [`^${letter}`, { const: i }]));
    const schema = schemaOf({ patternProperties, additionalProperties: false });
    for (const [i, letter] of letters.entries()) {
      expect(schema.check({ [`${letter}x`]: i })).toBeUndefined();
      expect(schema.check({ [`${letter}x`]: i + 1 })?.pointer).toBe(`/${letter}x`);
    }
    expect(schema.check({ '1': 1 })?.problem).toContain('additional');
  });

  it('propertyNames, items, contains, unevaluatedProperties and alternatives', () => {
    const schema = schemaOf({
      properties: {
        names: { propertyNames: { pattern: '^n' } },
        items: { items: { pattern: '^i' }, contains: { pattern: 'c$' } },
        either: { anyOf: [{ pattern: '^e' }, { pattern: '^o' }] },
        not: { not: { pattern: '^x' } },
        more: { patternProperties: { '^p': true }, unevaluatedProperties: { pattern: '^u' } },
      },
    });
    const good = {
      names: { n: 1 },
      items: ['i', 'ic'],
      either: 'o',
      not: 'y',
      more: { p: 1, q: 'u' },
    };
    expect(schema.check(good)).toBeUndefined();
    const bad: Json[] = [
      { names: { x: 1 } },
      { items: ['xc'] },
      { items: ['i'] },
      { either: 'x' },
      { not: 'x' },
      { more: { q: 'p' } },
    ];
    for (const member of bad) expect(schema.check({ ...good, ...member })).toBeDefined();
  });

  it('the same pattern in two places, and two that differ in one character', () => {
    const schema = schemaOf({
      properties: { a: { pattern: '^\\d$' }, b: { pattern: '^\\d$' }, c: { pattern: '^\\D$' } },
    });
    expect(schema.check({ a: '1', b: '2', c: 'x' })).toBeUndefined();
    expect(schema.check({ c: '1' })?.pointer).toBe('/c');
    expect(schema.check({ b: 'x' })?.pointer).toBe('/b');
  });
});

describe('patterns have the semantics of ECMAScript', () => {
  const texts = [
    '',
    'a',
    'A',
    '1',
    '_',
    '-',
    '.',
    ' ',
    '\u00a0',
    '\n',
    '\r',
    '\u2028',
    '\ufeff',
    'é',
    'ж',
    '😀',
    '\\',
    '[',
    ']',
    '^',
    '$',
    'ab',
    'a1',
    'a\nb',
    'x'.repeat(5),
  ];
  const matches = (source: string) => {
    const result = compilePattern(source);
    if (!result.ok) throw new Error(result.problem);
    return texts.map((text) => result.pattern.test(text));
  };

  it.each([
    '\\s',
    '\\S',
    '[\\s]',
    '[\\S]',
    '[^\\s]',
    '[^\\S]',
    '[\\s\\S]',
    '[\\w\\s]',
    '.',
    '^.$',
    '^.+$',
    '[^]',
    '[]',
    '[^a]',
    '\\p{L}',
    '\\p{Letter}',
    '\\p{Lu}',
    '\\P{L}',
    '\\p{Script=Cyrillic}',
    '\\p{gc=Nd}',
    '[\\p{L}\\d]',
    '[^\\p{L}]',
    '\\p{Alphabetic}',
    '\\u0061',
    '\\u{61}',
    '\\x61',
    '\\ud83d\\ude00',
    '\\u{1f600}',
    '😀',
    '[😀é]',
    '\\cJ',
    '\\0',
    '\\t',
    '\\n',
    '\\/',
    '\\.',
    '\\-',
    '\\\\',
    '[\\]\\[]',
    '[\\^-]',
    '[-a]',
    '[a-]',
    '[a-z0-9_-]',
    '[\\b]',
    '\\b',
    '\\Ba',
    '^a$|^1$',
    'a|b|',
    '^(?:a|b)+$',
    '^(a)(1)?$',
    '^(?<n>a)$',
    'x{5}',
    'x{2,}',
    'x{0,3}$',
    'a*',
    'a+?',
    '^$',
    '$',
    '^',
    '[$]',
    '[.]',
    '[(]',
  ])('%s', (source) => {
    const expression = new RegExp(source, source === '\\-' ? '' : 'u');
    expect(matches(source)).toEqual(texts.map((text) => expression.test(text)));
  });

  it.each([
    ['^(?!a)\\w+$', 'ba', 'ab'],
    ['^(?=.*\\d)(?=.*[a-z])[a-z\\d]{2,8}$', 'a1', 'ab'],
    ['^(?!\\.)(?!.*\\.\\.)([a-z.]*)[a-z]@([a-z]+\\.)+[a-z]{2,}$', 'a.b@x.org', 'a..b@x.org'],
    ['^(?!\\s*$).+', ' a', '   '],
    ['^(?![\\s\\S]*x)', 'y', '\nx'],
  ])('%s: lookahead after the start', (source, good, bad) => {
    const expression = new RegExp(source, 'u');
    const schema = schemaOf({ properties: { s: { pattern: source } } });
    for (const text of [good, bad, '', 'a', 'x', '...', 'A1', '1a']) {
      expect(schema.check({ s: text }) === undefined).toBe(expression.test(text));
    }
    expect([expression.test(good), expression.test(bad)]).toEqual([true, false]);
  });

  it.each([
    ['\\Aab\\Z', 'ab', 'abc'],
    ['(?i)^ab$', 'AB', 'x'],
    ['(?P<year>\\d{4})', '2026', 'x'],
    ['^[\\w-.]+$', 'a-.', 'a b'],
    ['(?s)^a.b$', 'a\nb', 'ab'],
  ])('%s: what servers of other languages write', (source, good, bad) => {
    const schema = schemaOf({ properties: { s: { pattern: source } } });
    expect(schema.check({ s: good })).toBeUndefined();
    expect(schema.check({ s: bad })).toBeDefined();
  });

  it('random patterns', () => {
    const atom = fc.constantFrom(
      'a',
      'b',
      '.',
      '\\s',
      '\\d',
      '[ab]',
      '[^a]',
      '\\S',
      '[\\s_-]',
      'é',
      '\\u{1f600}',
      '^',
      '$',
      '\\b',
    );
    const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
      pattern: fc.oneof(
        { maxDepth: 4 },
        atom,
        fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => a + b),
        fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(?:${a}|${b})`),
        fc
          .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}'))
          .map(([a, q]) => `(?:${a})${q}`),
      ),
    }));
    fc.assert(
      fc.property(pattern, (source) => {
        const expression = new RegExp(source, 'u');
        expect(matches(source)).toEqual(texts.map((text) => expression.test(text)));
      }),
      { numRuns: 300 },
    );
  });
});

describe('patterns that cannot be used return the problem', () => {
  it.each([
    ['lookahead in the middle', 'a(?=b)', 'lookaround'],
    ['lookahead beside an alternative', '^(?!a)b|c', 'lookaround'],
    ['lookbehind', '(?<=a)b', 'lookaround'],
    ['a backreference', '(a)\\1', 'backreferences'],
    ['a named backreference', '(?<n>a)\\k<n>', 'backreferences'],
    ['an unknown property', '\\p{NoSuchThing}', 'does not support'],
    ['a class without end', '[a', 'does not support'],
    ['a group without end', '(a', 'does not support'],
    ['too many characters', 'a'.repeat(4001), '4000 characters'],
    ['too many repetitions', '(?:a{1000}){1000}', '20000 RE2 instructions'],
    ['too many repetitions side by side', 'a{1000}'.repeat(25), '20000 RE2 instructions'],
    ['too many character ranges', '[\\p{L}\\p{N}]{900}', 'ranges of characters'],
  ])('%s', (_, pattern, problem) => {
    expect(problemOf({ properties: { s: { pattern } } })).toContain(problem);
  });

  it('if all patterns of a schema together are too large', () => {
    const properties = (count: number): Json =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, { pattern: `^x${i}{1,900}$` }]));
    expect(problemOf({ properties: properties(10) })).toBeUndefined();
    expect(problemOf({ properties: properties(30) })).toContain('20000 RE2 instructions');
  });

  it('names the pattern', () => {
    expect(problemOf({ properties: { s: { pattern: 'a(?=b)' } } })).toContain('a(?=b)');
  });
});

it('the bound of a program is never below the number of its RE2 instructions', () => {
  const sources = [
    'a{3,7}b*',
    '(?:a|b|cd){10}',
    '[a-z]{1,20}?',
    '(a(b(c{2}){2}){2}){2}',
    'x{5,}',
    '^(?:a+)+$',
    '(a|b)?c{0,4}',
  ];
  for (const source of sources) {
    const { conditions, instructions } = translatePattern(source);
    const size = conditions.reduce((sum, one) => sum + programs.sizeOf(one.source), 0);
    // RE2 adds a start, an end and both ends of a group.
    expect(size).toBeLessThanOrEqual(instructions + 3);
  }
});

it('the programs of all patterns together stay within their memory', () => {
  const random = (i: number) =>
    Array.from({ length: 3000 }, (_, k) => ((k * 7919 + i * 31) % 13 < 6 ? 'x' : 'y')).join('');
  for (let i = 0; i < 30; i++) {
    const result = compilePattern(`x.{${100 + i}}z`);
    if (result.ok) result.pattern.test(random(i));
    expect(programs.bytes).toBeLessThanOrEqual(MAX_PROGRAM_BYTES);
  }
  expect(programs.bytes).toBeGreaterThan(0);
});
