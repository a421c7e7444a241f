import fc, { type Arbitrary } from 'fast-check';
import type { Json } from '../arguments/compiled';

/** At this depth optional members are left out and lists are short, so that recursive schemas come to an end. */
const MAX_DEPTH = 6;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const numberAt = (schema: Json, keyword: string): number | undefined => {
  const value = schema[keyword];
  return typeof value === 'number' ? value : undefined;
};

/**
 * Values that a schema describes, nearly always: it knows the keywords that tools use, not how they exclude each other.
 * What is valid is for an oracle to say.
 */
export function valuesOf(schema: unknown, root: Json, depth = 0): Arbitrary<unknown> {
  if (!isObject(schema)) return fc.constantFrom<unknown>(true, 'x', 1, null, {});
  const again = (inner: unknown) => valuesOf(inner, root, depth);
  const { $ref, enum: options, anyOf, oneOf, allOf, ...rest } = schema;
  if (typeof $ref === 'string') return valuesOf(lookUp(root, $ref), root, depth + 1);
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(options)) return fc.constantFrom(...(options as unknown[]));
  const alternatives = (anyOf ?? oneOf) as unknown[] | undefined;
  if (alternatives) {
    const shallow = depth > MAX_DEPTH ? alternatives.slice(0, 1) : alternatives;
    return fc.oneof(...shallow.map((inner) => again(isObject(inner) ? merged(rest, inner) : inner)));
  }
  if (Array.isArray(allOf)) return again(allOf.filter(isObject).reduce<Json>(merged, rest));
  const types = Array.isArray(schema['type']) ? (schema['type'] as unknown[]) : [schema['type']];
  return fc.oneof(...types.map((type) => ofType(type, schema, root, depth)));
}

function ofType(type: unknown, schema: Json, root: Json, depth: number): Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return texts(schema);
    case 'integer':
      return fc.integer({ min: Math.ceil(least(schema)), max: Math.floor(most(schema)) });
    case 'number':
      return fc.oneof(
        fc.double({ min: least(schema), max: most(schema), noNaN: true }),
        fc.integer({ min: Math.ceil(least(schema)), max: Math.floor(most(schema)) }),
      );
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array': {
      const minLength = numberAt(schema, 'minItems') ?? 0;
      const maxLength = Math.min(numberAt(schema, 'maxItems') ?? 3, Math.max(minLength, depth > MAX_DEPTH ? 0 : 3));
      return fc.array(valuesOf(schema['items'], root, depth + 1), { minLength, maxLength });
    }
    default:
      return 'properties' in schema || type === 'object' ? objects(schema, root, depth) : fc.constantFrom('x', 1, {});
  }
}

function objects(schema: Json, root: Json, depth: number): Arbitrary<unknown> {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = (schema['required'] ?? []) as string[];
  const chosen = Object.entries(properties).filter(([name]) => depth <= MAX_DEPTH || required.includes(name));
  const named = fc.record(Object.fromEntries(chosen.map(([name, inner]) => [name, valuesOf(inner, root, depth + 1)])), {
    requiredKeys: required.filter((name) => name in properties),
    noNullPrototype: true,
  });
  const additional = schema['additionalProperties'];
  if (additional === false || depth > MAX_DEPTH) return named;
  const others = fc.dictionary(fc.constantFrom('other', 'more'), valuesOf(additional, root, depth + 1), { maxKeys: 2 });
  return fc.tuple(others, named).map(([more, own]) => ({ ...more, ...own }));
}

function texts(schema: Json): Arbitrary<string> {
  const { pattern } = schema;
  const min = numberAt(schema, 'minLength') ?? 0;
  const max = Math.min(numberAt(schema, 'maxLength') ?? min + 8, min + 8);
  if (typeof pattern !== 'string') return fc.string({ minLength: min, maxLength: max, unit: 'grapheme-ascii' });
  return fc.stringMatching(new RegExp(min > 0 ? pattern.replace(/[*+]\$$/, `{${min},${max}}$`) : pattern));
}

const least = (schema: Json): number =>
  numberAt(schema, 'minimum') ?? (numberAt(schema, 'exclusiveMinimum') ?? -1001) + 1;
const most = (schema: Json): number =>
  Math.max(
    least(schema),
    Math.min(numberAt(schema, 'maximum') ?? (numberAt(schema, 'exclusiveMaximum') ?? 1e9) - 1, 1e9),
  );

/** Both of two schemas, as far as their members and names go. */
function merged(a: Json, b: Json): Json {
  const properties = { ...(a['properties'] as Json | undefined), ...(b['properties'] as Json | undefined) };
  const required = [...((a['required'] ?? []) as string[]), ...((b['required'] ?? []) as string[])];
  return {
    ...a,
    ...b,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
  };
}

const lookUp = (root: Json, reference: string): unknown =>
  reference
    .slice(1)
    .split('/')
    .slice(1)
    .reduce<unknown>((at, key) => (at as Json)[key.replaceAll('~1', '/').replaceAll('~0', '~')], root);
