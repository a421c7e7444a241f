import { problemOf, schemaOf } from './compiled';

const textOf = (schema: object, value: unknown): string | undefined => {
  const error = schemaOf({ properties: { a: schema } }).check({ a: value });
  return error && `${error.pointer}|${error.problem}`;
};

describe('errors name what the schema allows, never what the caller sent', () => {
  const optional = (...values: unknown[]) => ({ anyOf: [{ enum: values, type: 'string' }, { type: 'null' }] });
  it.each([
    [{ enum: ['asc', 'desc'] }, 'S3CRET', '/a|must be equal to one of the allowed values: "asc", "desc"'],
    [{ enum: [1, true, null] }, 'S3CRET', '/a|must be equal to one of the allowed values: 1, true, null'],
    [{ const: 'asc' }, 'S3CRET', '/a|must be equal to "asc"'],
    [{ type: ['string', 'null'] }, 5, '/a|must be string or null'],
    [optional('x', 'y'), 'S3CRET', '/a|must be equal to one of the allowed values: "x", "y"'],
    [optional('x', 'y'), 5, '/a|must be string or null'],
    [{ anyOf: [{ type: 'string' }, { type: 'integer' }] }, [], '/a|must be string or integer'],
    [{ anyOf: [{ minLength: 3 }, { maxLength: 1 }] }, 'ab', '/a|must match a schema in anyOf'],
    [{ oneOf: [{ minLength: 1 }, { maxLength: 5 }] }, 'ab', '/a|must match exactly one schema in oneOf'],
    [{ required: ['b'] }, {}, "/a|must have required property 'b'"],
    [
      { properties: { b: true, c: true }, additionalProperties: false },
      { S3CRET: 1 },
      '/a|must NOT have additional properties; allowed: "b", "c"',
    ],
    [{ additionalProperties: false }, { S3CRET: 1 }, '/a|must NOT have additional properties'],
    [
      { propertyNames: { enum: ['b'] } },
      { S3CRET: 1 },
      '/a|has a property whose name must be equal to one of the allowed values: "b"',
    ],
    [{ unevaluatedProperties: false }, { S3CRET: 1 }, '/a|must NOT have unevaluated properties'],
    [{ dependentRequired: { b: ['c'] } }, { b: 1 }, '/a|must have property c when property b is present'],
    [{ minimum: 1, maximum: 9 }, 10, '/a|must be <= 9'],
    [{ exclusiveMinimum: 0 }, 0, '/a|must be > 0'],
    [{ minLength: 2 }, 'S', '/a|must NOT have fewer than 2 characters'],
    [{ maxItems: 1 }, [1, 2], '/a|must NOT have more than 1 items'],
    [{ items: { type: 'number' } }, [1, 'S3CRET'], '/a/1|must be number'],
    [{ contains: { type: 'number' } }, ['S3CRET'], '/a|must contain at least 1 valid item(s)'],
    [{ not: { type: 'string' } }, 'S3CRET', '/a|must NOT be valid'],
    [false, 'S3CRET', '/a|is not allowed'],
    [{ properties: { 'x/y~z': { type: 'number' } } }, { 'x/y~z': 'S3CRET' }, '/a/x~1y~0z|must be number'],
    [{ if: { type: 'string' }, then: { maxLength: 3 } }, 'S3CRET', '/a|must NOT have more than 3 characters'],
  ])('%j, %j: %s', (schema, value, expected) => {
    expect(textOf(schema as object, value)).toBe(expected);
  });

  it('long lists are shortened and show their length', () => {
    const values = Array.from({ length: 500 }, (_, i) => `value-${i}`);
    const text = textOf({ enum: values }, 'other') ?? '';
    expect(text).toMatch(
      /^\/a\|must be equal to one of the allowed values: "value-0", "value-1", .*, \.\.\. \(500 in all\)$/,
    );
    expect(text.length).toBeLessThan(220);
    expect((textOf({ const: 'x'.repeat(5000) }, '') ?? '').length).toBeLessThan(220);
  });

  it('a schema that is invalid in its dialect shows where', () => {
    expect(problemOf({ properties: { a: { type: 'float' } } })).toContain('is not a valid schema: /properties/a/type ');
  });
});
