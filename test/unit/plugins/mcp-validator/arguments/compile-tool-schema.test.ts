import { problemOf, schemaOf, type Json } from './compiled';

describe('a schema checks arguments', () => {
  it.each([
    [{ properties: { a: { type: 'integer' } }, required: ['a'] }, { a: 1 }, undefined],
    [{ properties: { a: { type: 'integer' } }, required: ['a'] }, {}, "|must have required property 'a'"],
    [{ properties: { a: { type: 'integer' } } }, { a: '1' }, '/a|must be integer'],
    [{ properties: { a: { type: 'integer' } } }, { a: 1.5 }, '/a|must be integer'],
    [{ required: ['toString'] }, {}, "|must have required property 'toString'"],
    [{ properties: { a: { enum: ['x'] } } }, { a: 'secret' }, '/a|must be equal to one of the allowed values: "x"'],
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
      '/child/child|must NOT have additional properties; allowed: "child"',
    ],
    [{ properties: { s: { format: 'uri', type: 'string' } } }, { s: 'no uri' }, undefined],
    [{ properties: { s: { pattern: '^\\d{4}$' } } }, { s: '20a0' }, '/s|must match pattern "^\\d{4}$"'],
    [{ patternProperties: { '^n_': { type: 'number' } } }, { n_a: '' }, '/n_a|must be number'],
    [
      { $id: 'https://example.com/tool', properties: { a: { $ref: '#/$defs/x' } }, $defs: { x: { type: 'null' } } },
      { a: null },
      undefined,
    ],
    [
      {
        $id: 'https://example.com/tool',
        properties: { a: { $ref: 'tool#/$defs/x' }, b: { $ref: 'other' } },
        $defs: { x: { type: 'null' }, other: { $id: 'other', type: 'integer' } },
      },
      { a: null, b: 'x' },
      '/b|must be integer',
    ],
    [{ properties: { a: { type: 'string', nullable: true } } }, { a: null }, undefined],
  ])('%j, %j: %j', (schema, args, expected) => {
    const error = schemaOf(schema).check(args);
    expect(error && `${error.pointer}|${error.problem}`).toBe(expected);
  });
});

it.each(['{}', '{"type":["object","null"]}', '{"anyOf":[{"type":"object"}]}'])(
  '%s is a schema of arguments',
  (text) => {
    expect(problemOf(text)).toBeUndefined();
  },
);

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

  it('the same $id in two schemas does not conflict', () => {
    const $id = 'https://example.com/same';
    expect(schemaOf({ $id, required: ['a'] }).check({})).toBeDefined();
    expect(schemaOf({ $id, required: ['b'] }).check({ b: 1 })).toBeUndefined();
  });
});

describe('a schema that cannot be used', () => {
  const nested = (levels: number): Json => (levels === 0 ? {} : { properties: { a: nested(levels - 1) } });
  it.each([
    ['not JSON', '{', 'strict JSON'],
    ['duplicate keys', '{"type":"object","type":"object"}', 'strict JSON'],
    ['not an object', '[]', 'must be an object'],
    ['another type', '{"type":"string"}', 'type "object"'],
    ['a list of other types', '{"type":["string","null"]}', 'type "object"'],
    ['too long', { description: 'x'.repeat(65_536) }, 'longer'],
    ['too deep', nested(40), 'too_deep'],
    [
      'too many schemas',
      { properties: Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`p${i}`, {}])) },
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
    ['a reference to itself', { $ref: '#' }, 'form a loop'],
    [
      'a loop of references',
      { allOf: [{ $ref: '#/$defs/a' }], $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }] }, b: { $ref: '#/$defs/a' } } },
      'form a loop',
    ],
    ['a reference that moves', { properties: { a: { $dynamicRef: '#x' } } }, '$dynamicRef'],
    ['two schemas of one name', { properties: { a: { $id: 'a.json' }, b: { $id: 'a.json' } } }, '$id'],
    ['a name that is not a URI', { properties: { a: { $id: 'https://' } } }, '$id'],
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
