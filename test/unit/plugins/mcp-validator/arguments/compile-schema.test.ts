import { compileToolSchema, type ToolSchema } from '../../../../../plugins/mcp-validator/arguments/compile-schema';

type Json = Record<string, unknown>;

const compiled = (schema: Json, maxDepth = 64) =>
  compileToolSchema(JSON.stringify({ type: 'object', ...schema }), maxDepth);

function schemaOf(schema: Json): ToolSchema {
  const result = compiled(schema);
  if (!result.ok) throw new Error(result.problem);
  return result.schema;
}

function problemOf(schema: Json | string): string | undefined {
  const result = typeof schema === 'string' ? compileToolSchema(schema, 64) : compiled(schema);
  return result.ok ? undefined : result.problem;
}

describe('a schema judges arguments', () => {
  it.each([
    [{ properties: { a: { type: 'integer' } }, required: ['a'] }, { a: 1 }, undefined],
    [{ properties: { a: { type: 'integer' } }, required: ['a'] }, {}, "|must have required property 'a'"],
    [{ properties: { a: { type: 'integer' } } }, { a: '1' }, '/a|must be integer'],
    [{ properties: { a: { type: 'integer' } } }, { a: 1.5 }, '/a|must be integer'],
    [{ required: ['toString'] }, {}, "|must have required property 'toString'"],
    [{ properties: { a: { enum: ['x'] } } }, { a: 'secret' }, '/a|must be equal to one of the allowed values'],
    [{ additionalProperties: false }, { secret: 1 }, '|must NOT have additional properties'],
    [
      { properties: { list: { type: 'array', items: { $ref: '#/$defs/n' } } }, $defs: { n: { type: 'number' } } },
      { list: [1, 'x'] },
      '/list/1|must be number',
    ],
    [
      { $defs: { n: { $anchor: 'here', type: 'number' } }, properties: { a: { $ref: '#here' } } },
      { a: '' },
      '/a|must be number',
    ],
    [
      { properties: { child: { $ref: '#' } }, additionalProperties: false },
      { child: { child: { x: 1 } } },
      '/child/child|must NOT have additional properties',
    ],
    [{ properties: { s: { format: 'uri', type: 'string' } } }, { s: 'no uri' }, undefined],
    [{ properties: { s: { pattern: '^\\d{4}$' } } }, { s: '20a0' }, '/s|must match pattern "^\\d{4}$"'],
    [{ patternProperties: { '^n_': { type: 'number' } } }, { n_a: '' }, '/n_a|must be number'],
    [
      { $id: 'https://example.com/tool', properties: { a: { $ref: '#/$defs/x' } }, $defs: { x: { type: 'null' } } },
      { a: null },
      undefined,
    ],
  ])('%j, %j: %j', (schema, args, expected) => {
    const error = schemaOf(schema).check(args);
    expect(error && `${error.pointer}|${error.problem}`).toBe(expected);
  });
});

describe('dialects', () => {
  const tuple = (keyword: string, $schema: string | undefined) => ({
    ...($schema && { $schema }),
    properties: { list: { [keyword]: [{ type: 'number' }] } },
  });

  it.each([
    [undefined, 'prefixItems'],
    ['https://json-schema.org/draft/2020-12/schema', 'prefixItems'],
    ['https://json-schema.org/draft/2019-09/schema', 'items'],
    ['http://json-schema.org/draft-07/schema#', 'items'],
    ['http://json-schema.org/draft-07/schema', 'items'],
    ['https://json-schema.org/draft-07/schema#', 'items'],
  ])('%s has its own tuples', ($schema, keyword) => {
    expect(schemaOf(tuple(keyword, $schema)).check({ list: ['x'] })?.pointer).toBe('/list/0');
  });

  it.each(['http://json-schema.org/draft-04/schema#', 'https://example.com/mine', '', 5])(
    '%s is not supported',
    ($schema) => {
      expect(problemOf({ $schema })).toContain('$schema');
    },
  );

  it('the same $id twice does not clash', () => {
    const $id = 'https://example.com/same';
    expect(schemaOf({ $id, required: ['a'] }).check({})).toBeDefined();
    expect(schemaOf({ $id, required: ['b'] }).check({ b: 1 })).toBeUndefined();
  });
});

describe('a schema that can not be used', () => {
  const nested = (levels: number): Json => (levels === 0 ? {} : { properties: { a: nested(levels - 1) } });
  it.each([
    ['not JSON', '{', 'strict JSON'],
    ['duplicate keys', '{"type":"object","type":"object"}', 'strict JSON'],
    ['not an object', '[]', 'type "object"'],
    ['another type', '{"type":"string"}', 'type "object"'],
    ['no type', '{}', 'type "object"'],
    ['too long', { description: 'x'.repeat(65_536) }, 'longer'],
    ['too deep', nested(20), 'too_deep'],
    [
      'too many schemas',
      { properties: Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`p${i}`, {}])) },
      'schemas',
    ],
    ['a reference into the network', { properties: { a: { $ref: 'https://example.com/x' } } }, '$ref'],
    ['a reference to a file', { $ref: 'file:///etc/passwd' }, '$ref'],
    ['a reference to a metaschema', { $ref: 'http://json-schema.org/draft-07/schema#' }, '$ref'],
    ['a reference to nowhere', { $ref: '#/$defs/none' }, '$ref'],
    ['a reference to an inherited member', { $ref: '#/constructor' }, '$ref'],
    [
      'a reference to no schema',
      { examples: [{ type: 'string' }], properties: { a: { $ref: '#/examples/0' } } },
      '$ref',
    ],
    ['a reference to itself', { $ref: '#' }, 'lead back'],
    [
      'a loop of references',
      { allOf: [{ $ref: '#/$defs/a' }], $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }] }, b: { $ref: '#/$defs/a' } } },
      'lead back',
    ],
    ['a reference that moves', { properties: { a: { $dynamicRef: '#x' } } }, '$dynamicRef'],
    ['a schema with a name of its own inside', { properties: { a: { $id: 'https://example.com/a' } } }, '$id'],
    ['an asynchronous schema', { $async: true }, '$async'],
    ['lookahead', { properties: { a: { pattern: '(?=x)y' } } }, 'RE2'],
    ['a backreference', { properties: { a: { pattern: '(a)\\1' } } }, 'RE2'],
    ['a broken pattern', { properties: { a: { pattern: '(' } } }, 'RE2'],
    ['a huge pattern', { properties: { a: { pattern: '((a{100}){100}){100}' } } }, 'RE2'],
    ['a keyword of the wrong type', { properties: 5 }, 'valid schema'],
    ['an unknown type', { properties: { a: { type: 'float' } } }, 'valid schema'],
  ])('%s', (_, schema, problem) => {
    expect(problemOf(schema)).toContain(problem);
  });
});

describe('hostile schemas and arguments take bounded time', () => {
  // Unbounded, each of these takes from seconds to forever.
  it('patterns that ruin backtracking engines', () => {
    const schema = schemaOf({ properties: { s: { type: 'string', pattern: '^(a+)+$' } } });
    expect(schema.check({ s: `${'a'.repeat(20_000)}b` })?.problem).toContain('pattern');
  });

  it('patterns on more text than they can take', () => {
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
            { properties: { a: node }, required: ['x'] },
            { properties: { a: node }, required: ['y'] },
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

  it('a plain schema takes big arguments', () => {
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
