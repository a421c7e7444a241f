import fc from 'fast-check';
import { Run } from '../../../../../plugins/mcp-validator/json-schema/keywords/run';
import { checkerOf, schemaOf, type Json } from '../arguments/compiled';

/** A condition that is a comparison, or that combines conditions: the alternatives exclude each other. */
const condition = (keyword: 'anyOf' | 'oneOf') => {
  const one = { $ref: '#/$defs/condition' };
  const many = { type: 'array', items: one, minItems: 1 };
  return {
    properties: { where: one },
    $defs: {
      condition: {
        [keyword]: [
          { type: 'object', properties: { all: many }, required: ['all'], additionalProperties: false },
          { type: 'object', properties: { any: many }, required: ['any'], additionalProperties: false },
          { type: 'object', properties: { none: one }, required: ['none'], additionalProperties: false },
          {
            type: 'object',
            properties: { column: { type: 'string' }, is: { enum: ['=', '<', '>'] }, to: {} },
            required: ['column', 'is'],
            additionalProperties: false,
          },
        ],
      },
    },
  };
};

const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 12 },
    fc.record({ column: fc.string(), is: fc.constantFrom('=', '<', '>'), to: fc.jsonValue() }),
    fc.record({ none: tie('tree') }),
    fc.record({ all: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }) }),
    fc.record({ any: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }) }),
  ),
}));

describe.each(['anyOf', 'oneOf'] as const)('conditions by %s', (keyword) => {
  const schema = schemaOf(condition(keyword));

  it('pass at any nesting', () => {
    fc.assert(
      fc.property(tree, (where) => {
        expect(schema.check({ where })).toBeUndefined();
      }),
    );
    let where: Json = { column: 'a', is: '=' };
    for (let i = 0; i < 25; i++) where = i % 2 ? { none: where } : { all: [where, { column: 'b', is: '<' }] };
    expect(schema.check({ where })).toBeUndefined();
  });

  it('are rejected for a failure deep inside', () => {
    let where: Json = { column: 'a', is: '!' };
    for (let i = 0; i < 20; i++) where = i % 2 ? { none: where } : { any: [{ column: 'b', is: '<' }, where] };
    expect(schema.check({ where })).toEqual({
      pointer: `/where${'/none/any/1'.repeat(10)}/is`,
      problem: 'must be equal to one of the allowed values: "=", "<", ">"',
    });
  });
});

/** Any JSON value, as libraries write it out. */
const json = {
  $ref: '#/$defs/json',
  $defs: {
    json: {
      anyOf: [
        { type: 'string' },
        { type: 'number' },
        { type: 'boolean' },
        { type: 'null' },
        { type: 'array', items: { $ref: '#/$defs/json' } },
        { type: 'object', propertyNames: { type: 'string' }, additionalProperties: { $ref: '#/$defs/json' } },
      ],
    },
  },
};

it('any JSON value passes a schema of all JSON values', () => {
  const checker = checkerOf(json);
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 20 }), (value) => {
      expect(checker(value, new Run())).toBeUndefined();
    }),
  );
  const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, tags: ['a', { b: null }], ok: true }));
  expect(checker({ rows }, new Run())).toBeUndefined();
});

it('the steps of exclusive alternatives grow with the value, not with the paths through the schema', () => {
  const stepsFor = (count: number): number => {
    const run = new Run();
    checkerOf(json)(
      Array.from({ length: count }, () => [[{ a: 1 }]]),
      run,
    );
    return run.steps;
  };
  expect(stepsFor(2000)).toBeLessThan(stepsFor(1000) * 2.1);
});

it('a tree whose nodes are distinguished by a constant passes with hundreds of nodes', () => {
  const node = (kind: string, properties: object) => ({
    type: 'object',
    properties: { kind: { const: kind }, ...properties },
    required: ['kind', ...Object.keys(properties)],
  });
  const child = { $ref: '#/$defs/node' };
  const schema = schemaOf({
    properties: { root: child },
    $defs: {
      node: {
        oneOf: [
          node('text', { text: { type: 'string' } }),
          node('bold', { child }),
          node('list', { children: { type: 'array', items: child } }),
          node('table', { rows: { type: 'array', items: { type: 'array', items: child } } }),
          node('link', { href: { type: 'string' }, child }),
        ],
      },
    },
  });
  const text = { kind: 'text', text: 'x' };
  const cell = { kind: 'bold', child: { kind: 'link', href: 'x', child: { kind: 'list', children: [text, text] } } };
  const table = { kind: 'table', rows: Array.from({ length: 40 }, () => [cell, cell, cell]) };
  expect(schema.check({ root: { kind: 'list', children: [table, table] } })).toBeUndefined();
});
