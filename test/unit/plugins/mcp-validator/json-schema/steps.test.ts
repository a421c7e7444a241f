import fc from 'fast-check';
import { MAX_STEPS, Run } from '../../../../../plugins/mcp-validator/json-schema/keywords/run';
import { checkerOf, type Json } from '../arguments/compiled';
import { observed } from './observed-value';

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const members = (count: number, value: unknown): Json => Object.fromEntries(times(count, (i) => [`k${i}`, value]));
const chain = (levels: number): unknown => (levels === 0 ? {} : { a: chain(levels - 1) });

/** A schema whose alternatives all lead on to the same schema, for each member. */
const doubling = (keyword: string): Json => {
  const node = { $ref: '#/$defs/node' };
  return {
    ...node,
    $defs: {
      node: {
        [keyword]: [
          { properties: { a: node }, not: {} },
          { properties: { a: node }, not: {} },
        ],
      },
    },
  };
};

/** Definitions that each refer to the one before twice. */
const doublingReferences = (keyword: string, levels: number): Json => ({
  $ref: `#/$defs/d${levels}`,
  $defs: Object.fromEntries([
    ['d0', { required: ['never'] }],
    ...times(
      levels,
      (i) => [`d${i + 1}`, { [keyword]: [{ $ref: `#/$defs/d${i}` }, { $ref: `#/$defs/d${i}` }] }] as const,
    ),
  ]),
});

/** Schemas that blow up on the values beside them. */
const HOSTILE: readonly (readonly [name: string, schema: Json, value: unknown])[] = [
  ['anyOf that doubles at each level', doubling('anyOf'), chain(60)],
  ['oneOf that doubles at each level', doubling('oneOf'), chain(60)],
  ['references that double', doublingReferences('anyOf', 40), {}],
  [
    'allOf that doubles',
    { ...doublingReferences('allOf', 40), $defs: { ...(doublingReferences('allOf', 40)['$defs'] as Json), d0: {} } },
    {},
  ],
  [
    'not and if that double',
    {
      $ref: '#/$defs/d40',
      $defs: Object.fromEntries([
        ['d0', { type: 'object' }],
        ...times(
          40,
          (i) =>
            [
              `d${i + 1}`,
              { not: { $ref: `#/$defs/d${i}` }, if: { $ref: `#/$defs/d${i}` }, else: { $ref: `#/$defs/d${i}` } },
            ] as const,
        ),
      ]),
    },
    {},
  ],
  [
    'unevaluatedProperties over many allOf',
    { allOf: times(400, () => ({ anyOf: [{ additionalProperties: true }] })), unevaluatedProperties: false },
    members(500, 1),
  ],
  [
    'nested unevaluatedProperties',
    times(60, () => 0).reduce<Json>(
      (inner) => ({ allOf: [inner, { properties: { a: true } }], unevaluatedProperties: { type: 'number' } }),
      {},
    ),
    members(500, 1),
  ],
  [
    'unevaluatedItems over many contains',
    { allOf: times(300, () => ({ contains: { type: 'number' } })), unevaluatedItems: false },
    times(500, (i) => i),
  ],
  [
    'dependentSchemas for each member',
    { dependentSchemas: members(500, { additionalProperties: { type: 'number' } }) },
    members(500, 1),
  ],
  [
    'dependentRequired for each member',
    { items: { dependentRequired: members(500, Object.keys(members(50, 1))) } },
    times(200, () => members(500, 1)),
  ],
  [
    'contains in contains',
    { contains: { contains: { contains: { const: 'never' } } } },
    times(100, () => times(100, () => times(100, () => 1))),
  ],
  [
    'uniqueItems many times',
    { allOf: times(300, () => ({ uniqueItems: true })) },
    times(500, (i) => ({ i, text: 'x'.repeat(100) })),
  ],
  [
    'uniqueItems at each level',
    { $ref: '#/$defs/n', $defs: { n: { uniqueItems: true, items: { $ref: '#/$defs/n' } } } },
    times(60, () => 0).reduce<unknown>((inner) => [inner, ...times(20, (i) => [i])], []),
  ],
  [
    'many patterns on many names',
    { patternProperties: Object.fromEntries(times(50, (i) => [`^${'[a-z]*'.repeat(20)}${i}$`, true])) },
    members(300, 1),
  ],
  [
    'propertyNames many times',
    { allOf: times(300, () => ({ propertyNames: { maxLength: 100, enum: Object.keys(members(500, 1)) } })) },
    members(500, 1),
  ],
  [
    'large constants',
    { items: { anyOf: times(100, (i) => ({ const: { ...members(200, 1), last: i } })) } },
    times(30, () => ({ ...members(200, 1), last: -1 })),
  ],
  [
    'required lists',
    { items: { allOf: times(200, () => ({ required: Object.keys(members(200, 1)) })) } },
    times(200, () => members(200, 1)),
  ],
  [
    'a wide value and wide alternatives',
    { items: { anyOf: [...times(200, () => ({ type: 'string' })), { type: 'array' }] } },
    times(20_000, (i) => i).map((i) => [i]),
  ],
  ['decimals', { items: { allOf: times(200, () => ({ multipleOf: 1e-7 })) } }, times(2000, (i) => i / 1000)],
];

describe('the cost of a check is counted', () => {
  it.each(HOSTILE)('%s', (_, schema, value) => {
    const looks = { count: 0 };
    const run = new Run(100_000);
    expect(checkerOf(schema)(observed(value, looks), run)?.problem).toContain('too large');
    // When the budget is spent, what is left of each loop around is walked without trying anything.
    expect(looks.count).toBeLessThan(250_000);
  });

  it('the same schemas on a small value are checked', () => {
    for (const [, schema] of HOSTILE.slice(0, 2)) {
      expect(checkerOf(schema)({}, new Run())?.problem).not.toContain('too large');
    }
  });
});

const keywordSchemas = fc.letrec<{ schema: Json | boolean }>((tie) => {
  const some = fc.array(tie('schema'), { minLength: 1, maxLength: 3 });
  const map = fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('schema'), { maxKeys: 3 });
  const one = tie('schema');
  const keyword = fc.oneof(
    fc.record({ type: fc.constantFrom('object', 'array', 'string', 'number', 'integer', 'null') }),
    fc.record({ required: fc.subarray(['a', 'b', 'c']) }),
    fc.record({ enum: fc.array(fc.jsonValue({ maxDepth: 2 }), { minLength: 1, maxLength: 3 }) }),
    fc.record(
      { minLength: fc.nat(3), maxLength: fc.nat(5), pattern: fc.constantFrom('^a', 'b$', '[a-c]{1,3}') },
      { requiredKeys: [] },
    ),
    fc.record({ minimum: fc.integer(), multipleOf: fc.constantFrom(1, 0.1, 3) }, { requiredKeys: [] }),
    fc.record({ uniqueItems: fc.boolean(), minItems: fc.nat(2) }),
    fc.record(
      { dependentRequired: fc.constant({ a: ['b'], b: ['c'] }), minProperties: fc.nat(2) },
      { requiredKeys: [] },
    ),
    fc.record({ allOf: some }),
    fc.record({ anyOf: some }),
    fc.record({ oneOf: some }),
    fc.record({ not: one }),
    fc.record({ if: one, then: one, else: one }, { requiredKeys: ['if'] }),
    fc.record({ properties: map, additionalProperties: one, propertyNames: one }, { requiredKeys: ['properties'] }),
    fc.record({ patternProperties: fc.dictionary(fc.constantFrom('^a', 'b'), one, { maxKeys: 2 }) }),
    fc.record({ dependentSchemas: map }),
    fc.record({ prefixItems: some, items: one }, { requiredKeys: [] }),
    fc.record({ contains: one, minContains: fc.nat(2), maxContains: fc.nat(3) }, { requiredKeys: ['contains'] }),
    fc.record({ unevaluatedProperties: one, unevaluatedItems: one }, { requiredKeys: [] }),
  );
  const merged = fc.array(keyword, { maxLength: 4 }).map((parts) => Object.assign({}, ...parts) as Json);
  return {
    schema: fc.oneof({ maxDepth: 5 }, { weight: 1, arbitrary: fc.boolean() }, { weight: 6, arbitrary: merged }),
  };
});

const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 1, 0.3, 'a', 'abc', ''),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', 'ab'), tie('value'), { maxKeys: 4 }),
  ),
}));

describe('for any schema and value', () => {
  const schemas = keywordSchemas.schema.map((schema) => (typeof schema === 'boolean' ? { allOf: [schema] } : schema));

  it('each counted step reads the value only a few times', () => {
    fc.assert(
      fc.property(schemas, values.value, (schema, value) => {
        const looks = { count: 0 };
        const run = new Run();
        checkerOf(schema)(observed(value, looks), run);
        expect(looks.count).toBeLessThanOrEqual(run.steps * 12);
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) },
    );
  });

  it('a smaller budget returns the same result, or reports that it is spent', () => {
    fc.assert(
      fc.property(schemas, values.value, fc.integer({ min: 1, max: 200 }), (schema, value, budget) => {
        const checker = checkerOf(schema);
        const [small, large] = [new Run(budget), new Run()];
        const [first, second] = [checker(value, small), checker(value, large)];
        if (small.isSpent) expect(first?.problem).toContain('too large');
        else expect(first).toEqual(second);
        expect(small.isSpent).toBe(large.steps > budget);
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) },
    );
  });
});

it('a check of very deeply nested arguments stops before the stack overflows', () => {
  const levels = 20;
  const $defs = Object.fromEntries(
    times(levels, (i) => [
      `d${i}`,
      i + 1 < levels ? { allOf: [{ $ref: `#/$defs/d${i + 1}` }] } : { properties: { a: { $ref: '#/$defs/d0' } } },
    ]),
  );
  const checker = checkerOf({ $ref: '#/$defs/d0', $defs });
  expect(checker(chain(512), new Run())?.problem).toContain('too large');
  expect(checker(chain(20), new Run())).toBeUndefined();
});

it('the budget is enough for large arguments of a plain schema', () => {
  const row = {
    type: 'object',
    properties: { id: { type: 'integer' }, name: { type: 'string', maxLength: 99 } },
    required: ['id'],
  };
  const run = new Run();
  const rows = times(30_000, (id) => ({ id, name: 'row' }));
  expect(checkerOf({ properties: { rows: { type: 'array', items: row } } })({ rows }, run)).toBeUndefined();
  expect(run.steps).toBeLessThan(MAX_STEPS / 6);
});
