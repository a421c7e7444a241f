import { isDeepStrictEqual } from 'node:util';

type Json = Record<string, unknown>;

/** At this depth samples stop following references: enough for every member of MCP's messages. */
const MAX_DEPTH = 12;

/**
 * Values that a JSON Schema describes: one with every member that it names, and one more for each alternative that
 * it offers anywhere. Knows the keywords of MCP's own schemas.
 */
export function samplesOf(schema: Json, definitions: Record<string, Json>, depth = 0): unknown[] {
  const { $ref, anyOf, allOf, enum: options, type, properties, items, additionalProperties } = schema;
  if (depth > MAX_DEPTH) return [];
  if (typeof $ref === 'string') {
    const name = $ref.slice($ref.lastIndexOf('/') + 1);
    // A JSON value may hold JSON values: one level of it says all.
    if (name === 'JSONObject') return [{ setting: { deep: [1.5, null, 'x', true] } }, {}];
    return samplesOf(definitions[name] ?? {}, definitions, depth + 1);
  }
  if ('const' in schema) return [schema['const']];
  if (Array.isArray(anyOf)) return anyOf.flatMap((member) => samplesOf(member as Json, definitions, depth + 1));
  if (Array.isArray(allOf)) {
    const parts = allOf.map((member) => samplesOf(member as Json, definitions, depth + 1)[0]);
    return [Object.assign({}, ...parts)];
  }
  if (Array.isArray(options)) return options;
  if (Array.isArray(type)) return type.flatMap((one) => samplesOf({ ...schema, type: one }, definitions, depth));
  switch (type) {
    case 'object':
      return objects((properties ?? {}) as Record<string, Json>, additionalProperties, definitions, depth);
    case 'array':
      return [...samplesOf((items ?? {}) as Json, definitions, depth + 1).map((item) => [item]), []];
    case 'string':
      return ['text'];
    case 'integer':
      return [7];
    case 'number':
      return [0.5];
    case 'boolean':
      return [true];
    case 'null':
      return [null];
    default:
      return [{ any: ['thing'] }];
  }
}

function objects(
  properties: Record<string, Json>,
  additional: unknown,
  definitions: Record<string, Json>,
  depth: number,
) {
  const choices = Object.entries(properties).map(
    ([name, schema]) => [name, samplesOf(schema, definitions, depth + 1)] as const,
  );
  if (typeof additional === 'object') choices.push(['extra', samplesOf(additional as Json, definitions, depth + 1)]);
  const full: Json = Object.fromEntries(
    choices.flatMap(([name, [first]]) => (first === undefined ? [] : [[name, first]])),
  );
  const others = choices.flatMap(([name, [, ...rest]]) => rest.map((value) => ({ ...full, [name]: value })));
  return [full, ...others];
}

const REPLACEMENTS: readonly unknown[] = [null, true, 'other', '', 1.5, -3, [], ['x'], {}, { x: 1 }];

/** A value that stands for a member to take out. */
const GONE = Symbol('gone');

/**
 * All values that differ from this one in one place: a member gone, or of another type or value. With `but`, only in
 * places where the value differs from that other one.
 */
export function* mutationsOf(value: unknown, but?: unknown): Generator<{ path: string; value: unknown }> {
  for (const path of pathsOf(value, but, [])) {
    for (const replacement of [GONE, ...REPLACEMENTS]) {
      if (path.length === 0 && replacement === GONE) continue;
      yield { path: `/${path.join('/')}`, value: replaceAt(value, path, replacement) };
    }
  }
}

function* pathsOf(value: unknown, but: unknown, path: readonly string[]): Generator<readonly string[]> {
  if (isDeepStrictEqual(value, but)) return;
  yield path;
  if (typeof value !== 'object' || value === null) return;
  const others = typeof but === 'object' && but !== null ? (but as Json) : {};
  for (const [key, member] of Object.entries(value)) yield* pathsOf(member, others[key], [...path, key]);
}

function replaceAt(value: unknown, [key, ...rest]: readonly string[], replacement: unknown): unknown {
  if (key === undefined) return replacement;
  if (Array.isArray(value)) {
    const next = replaceAt(value[Number(key)], rest, replacement);
    return value.flatMap((item: unknown, i) => (i !== Number(key) ? [item] : next === GONE ? [] : [next]));
  }
  const { [key]: member, ...others } = value as Json;
  const next = replaceAt(member, rest, replacement);
  return next === GONE ? others : { ...others, [key]: next };
}
