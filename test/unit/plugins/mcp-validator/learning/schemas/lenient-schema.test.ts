import { compileToolSchema } from '../../../../../../plugins/mcp-validator/arguments/compile-tool-schema';
import { toLenientSchema } from '../../../../../../plugins/mcp-validator/learning/schemas/lenient-schema';
import type { JsonObject } from '../../../../../../plugins/shared/json/json-object';

const check = (schema: object, args: object): string | undefined => {
  const compiled = compileToolSchema(JSON.stringify(toLenientSchema(schema as JsonObject)));
  if (!compiled.ok) throw new Error(compiled.problem);
  const error = compiled.schema.check(args as JsonObject);
  return error && `${error.pointer} ${error.problem}`;
};
const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });

/** What servers take though their announced schema does not say so; tried with zod 4 (SDK 1.x, 2.x) and pydantic 2. */
describe('a call that servers accept passes', () => {
  const text = { type: 'string' };
  const discriminated = {
    oneOf: [
      object({ kind: { const: 'x' }, size: { type: 'number', default: 1 } }, { required: ['kind', 'size'] }),
      object({ kind: { type: 'string' } }, { required: ['kind'], additionalProperties: false }),
    ],
  };

  it.each<[what: string, schema: object, args: object]>([
    ['a required member with a default', object({ a: { default: 1 } }, { required: ['a'] }), {}],
    [
      'with a default behind a reference',
      object({ a: { $ref: '#/$defs/A' } }, { required: ['a'], $defs: { A: { type: 'string', default: 'x' } } }),
      {},
    ],
    ['with a default in a part', object({ a: { anyOf: [{ type: 'string', default: 'x' }] } }, { required: ['a'] }), {}],
    ['inside another', object({ o: object({ a: { default: 1 } }, { required: ['a'] }) }), { o: {} }],
    ['a further member', object({ a: text }, { additionalProperties: false }), { a: '', b: 1 }],
    ['where all are evaluated', object({ a: text }, { unevaluatedProperties: false }), { a: '', b: 1 }],
    ['a number as text', object({ n: { type: 'integer' } }), { n: ' 5 ' }],
    ['a fraction of zero as text', object({ n: { type: 'integer' } }), { n: '5.0' }],
    ['an exponent as text', object({ n: { type: 'number' } }), { n: '1e3' }],
    ['a truth value as number', object({ n: { type: 'number' } }), { n: true }],
    ['a truth value as text', object({ b: { type: 'boolean' } }), { b: 'yes' }],
    ['a truth value as 1', object({ b: { type: 'boolean' } }), { b: 1 }],
    ['a list as JSON text', object({ l: { type: 'array', items: text } }), { l: '["a"]' }],
    ['an object as JSON text', object({ o: object({ a: text }, { required: ['a'] }) }), { o: '{"a":"b"}' }],
    ['seconds for a time', object({ t: { type: 'string', format: 'date-time' } }), { t: 1_700_000_000 }],
    ['null as text', object({ n: { type: ['integer', 'null'] } }), { n: 'null' }],
    ['a number of a list as text', object({ n: { type: 'integer', enum: [1, 2] } }), { n: '2' }],
    ['items of a set twice', object({ s: { type: 'array', uniqueItems: true } }), { s: [1, 1] }],
    ['null where OpenAPI allows it', object({ s: { type: 'string', nullable: true } }), { s: null }],
    ['alternatives that are not exclusive once they are lenient', object({ u: discriminated }), { u: { kind: 'x' } }],
    ['what `not` excludes', object({ a: { not: {} } }), { a: 1 }],
    ['a pattern that RE2 has not', object({ m: { type: 'string', pattern: '^(a)\\1$' } }), { m: 'x' }],
    [
      'a member of an open pattern',
      object({}, { patternProperties: { '(?=x)': text }, additionalProperties: text }),
      { x: 1 },
    ],
    ['a bound of an older draft', object({ n: { type: 'number', minimum: 1, exclusiveMinimum: true } }), { n: 1 }],
    ['a tuple of an older draft', object({ t: { type: 'array', items: [text, { type: 'number' }] } }), { t: ['a', 1] }],
    ['a dialect that is not known', { $schema: 'http://json-schema.org/draft-04/schema#', type: 'object' }, {}],
    ['no type at the root', { properties: { a: text } }, { a: 'x' }],
    ['a type that no draft defines', object({ a: { type: 'any' } }), { a: 1 }],
  ])('%s', (_, schema, args) => {
    expect(check(schema, args)).toBeUndefined();
  });
});

describe('a call that no server accepts is rejected', () => {
  it.each<[what: string, schema: object, args: object, problem: string]>([
    ['a missing member', object({ a: {} }, { required: ['a'] }), {}, " must have required property 'a'"],
    ['a word for a number', object({ n: { type: 'integer' } }), { n: 'x' }, '/n must be integer'],
    ['a fraction for an integer', object({ n: { type: 'integer' } }), { n: 5.5 }, '/n must be integer'],
    ['a fraction as text', object({ n: { type: 'integer' } }), { n: '5.5' }, '/n must be integer'],
    ['null for a number', object({ n: { type: 'number' } }), { n: null }, '/n must be number'],
    [
      'null for what may be left out',
      object({ s: { type: 'string', default: 'x' } }),
      { s: null },
      '/s must be string',
    ],
    ['a number for a text', object({ s: { type: 'string' } }), { s: 5 }, '/s must be string'],
    ['a text for a list', object({ l: { type: 'array' } }), { l: 'a' }, '/l must be array'],
    ['one item for a list', object({ l: { type: 'array' } }), { l: 1 }, '/l must be array'],
    ['a wrong item', object({ l: { type: 'array', items: { type: 'number' } } }), { l: ['x'] }, '/l/0 must be number'],
    ['a number beyond its bound', object({ n: { type: 'number', maximum: 9 } }), { n: 10 }, '/n must be <= 9'],
    ['a number outside its list', object({ n: { enum: [1, 2] } }), { n: 3 }, '/n must be equal to one of'],
    ['a text outside the numbers', object({ n: { enum: [0, 1] } }), { n: '' }, '/n must be equal to one of'],
    ['a text outside its list', object({ e: { enum: ['a'] } }), { e: 'b' }, '/e '],
    [
      'a text outside its pattern',
      object({ p: { type: 'string', pattern: '^a$' } }),
      { p: 'b' },
      '/p must match pattern',
    ],
    [
      'a parameter of a header as text',
      object({ n: { type: 'integer', 'x-mcp-header': 'N' } }),
      { n: '5' },
      '/n must be integer',
    ],
  ])('%s', (_, schema, args, problem) => {
    expect(check(schema, args)).toContain(problem);
  });
});

it('updates references through alternatives to their new locations', () => {
  const tree = object({
    node: {
      anyOf: [{ type: 'string' }],
      oneOf: [
        object({ next: { $ref: '#/properties/node/oneOf/0' } }, { required: ['next'] }),
        { type: 'number' },
        { type: 'string' },
      ],
    },
    leaf: { oneOf: [{ type: 'number' }, { $ref: '#/properties/leaf/oneOf/0' }] },
  });
  expect(check(tree, { node: 'x', leaf: 1 })).toBeUndefined();
  expect(check(tree, { leaf: 'x' })).toContain('/leaf');
});

it('drops what checks nothing, so that a schema with long descriptions is small', () => {
  const described = object({ a: { type: 'string', description: 'x'.repeat(1000), title: 'A', 'x-vendor': {} } });
  expect(JSON.stringify(toLenientSchema(described))).not.toMatch(/description|title|vendor/);
  const named = object({ description: { type: 'number' }, default: { type: 'string' } }, { required: ['description'] });
  expect(check(named, { description: 'x' })).toBe('/description must be number');
});

it('keeps members that are named like those of every object', () => {
  const schema = JSON.parse(
    '{"type":"object","properties":{"__proto__":{"type":"number"}},"required":["__proto__"]}',
  ) as object;
  expect(check(schema, {})).toContain('__proto__');
  expect(check(schema, JSON.parse('{"__proto__":1}') as object)).toBeUndefined();
});

describe('a member with a default is optional wherever it is required', () => {
  const withDefault = object({ a: { default: 1 }, b: { type: 'string' } });
  it.each<[what: string, schema: object]>([
    ['in a part', { ...withDefault, allOf: [{ required: ['a', 'b'] }] }],
    ['in an alternative', { ...withDefault, oneOf: [{ required: ['a', 'b'] }] }],
    ['beside a part that has it', { type: 'object', allOf: [withDefault], required: ['a', 'b'] }],
    ['beside a reference', { $ref: '#/$defs/A', required: ['a', 'b'], $defs: { A: withDefault } }],
  ])('%s', (_what, schema) => {
    expect(check(schema, { b: 'x' })).toBeUndefined();
    expect(check(schema, { a: 1 })).toBeDefined();
  });

  it('and null is one of the values of an enum that is nullable', () => {
    const schema = object({ a: { type: 'string', enum: ['x'], nullable: true } });
    expect(check(schema, { a: null })).toBeUndefined();
    expect(check(schema, { a: 'y' })).toBeDefined();
  });
});
