import { problemOf, schemaOf, type Json } from '../arguments/compiled';

describe('hostile schemas and arguments take bounded time', () => {
  // Unbounded, each of these takes from seconds to forever.
  it('patterns that are slow in backtracking engines', () => {
    const schema = schemaOf({ properties: { s: { type: 'string', pattern: '^(a+)+$' } } });
    expect(schema.check({ s: `${'a'.repeat(20_000)}b` })?.problem).toContain('pattern');
  });

  it('patterns on too much text', () => {
    const schema = schemaOf({ properties: { s: { pattern: '(.*a){500}' } } });
    expect(schema.check({ s: 'a'.repeat(100_000) })?.problem).toContain('too large');
    expect(schema.check({ s: 'a'.repeat(600) })).toBeUndefined();
  });

  it('nested alternatives that refer to each other', () => {
    const $defs: Json = { d0: { type: 'object', required: ['never'] } };
    for (let i = 1; i <= 22; i++) {
      $defs[`d${i}`] = { anyOf: [{ $ref: `#/$defs/d${i - 1}` }, { $ref: `#/$defs/d${i - 1}` }] };
    }
    const schema = schemaOf({ $ref: '#/$defs/d22', $defs });
    expect(schema.check({})?.problem).toContain('too large');
  });

  it('alternatives that double at each level of the arguments', () => {
    const node = { $ref: '#/$defs/node' };
    const schema = schemaOf({
      ...node,
      $defs: {
        node: {
          anyOf: [
            { properties: { a: node }, allOf: [{ required: ['x'] }] },
            { properties: { a: node }, allOf: [{ required: ['y'] }] },
          ],
        },
      },
    });
    const deep = (levels: number): Json => (levels === 0 ? {} : { a: deep(levels - 1) });
    expect(schema.check(deep(40))?.problem).toContain('too large');
    expect(schema.check({ x: 1, a: { y: 1 } })).toBeUndefined();
  });

  it('comparing the items of long lists', () => {
    const schema = schemaOf({ properties: { list: { uniqueItems: true } } });
    const rows = Array.from({ length: 50_000 }, (_, i) => ({ i }));
    expect(schema.check({ list: rows })).toBeUndefined();
    expect(schema.check({ list: [...rows, { i: 7 }] })?.problem).toContain('duplicate');
    const often = schemaOf({
      properties: { list: { allOf: Array.from({ length: 10 }, () => ({ uniqueItems: true })) } },
    });
    expect(often.check({ list: rows })?.problem).toContain('too large');
    expect(often.check({ list: rows.slice(0, 5000) })).toBeUndefined();
  });

  it.each([
    [[1, 1], false],
    [[1, '1', true, 'true', null, 'null'], true],
    [[0, -0], false],
    [
      [
        { a: 1, b: [2] },
        { b: [2], a: 1 },
      ],
      false,
    ],
    [[{ a: 1 }, { a: 1, b: 1 }, { a: '1' }, [1], [[1]], [], {}], true],
    [['a,b', ['a', 'b'], 'a'], true],
    [[], true],
  ])('the items of %j are unique: %j', (list, areUnique) => {
    const problem = schemaOf({ properties: { list: { uniqueItems: true } } }).check({ list })?.problem;
    expect(problem).toBe(areUnique ? undefined : 'must NOT have duplicate items');
    expect(schemaOf({ properties: { list: { uniqueItems: false } } }).check({ list })).toBeUndefined();
  });

  it('a plain schema accepts large arguments', () => {
    const row = {
      type: 'object',
      properties: { id: { type: 'integer' }, name: { type: 'string', maxLength: 100 } },
      required: ['id'],
    };
    const schema = schemaOf({
      properties: {
        text: { type: 'string', maxLength: 4_000_000 },
        path: { type: 'string', pattern: '^[a-z/]{1,200}$' },
        rows: { type: 'array', items: row },
      },
      required: ['text'],
    });
    const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, name: 'row' }));
    expect(schema.check({ text: 'x'.repeat(3_000_000), path: '/a/b', rows })).toBeUndefined();
  });

  it('a schema at its bounds compiles', () => {
    const properties = Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`p${i}`, { type: 'string' }]));
    expect(problemOf({ properties })).toBeUndefined();
  });
});
