import { type JsonObject, isJsonObject, memberOf } from '../../../shared/json/json-object';
import { ACCEPTS, ACCEPTS_NUMBERS } from '../../json-schema/accepted-types';
import { compilePattern } from '../../json-schema/patterns/compile-pattern';
import { acceptedTypes, isNullable } from './lenient-types';
import { hasServerDefault } from './optional-members';
import { rewriteReferences } from './rewrite-references';

/** Keywords that keep their meaning. Descriptions and unknown keywords are dropped: they check nothing. */
const KEPT = new Set([
  '$ref',
  '$anchor',
  'const',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'maximum',
  'maxItems',
  'maxLength',
  'maxProperties',
  'minContains',
  'minimum',
  'minItems',
  'minLength',
  'minProperties',
  'multipleOf',
  'x-mcp-header',
]);
/** Keywords that contain one schema, or a list. Not `not`: a lenient schema inside it would make it stricter. */
const ONE = new Set(['additionalItems', 'contains', 'items', 'propertyNames', 'unevaluatedItems']);
const LISTS = new Set(['items', 'prefixItems']);
/** Lists of schemas of the same value. */
const PARTS = new Set(['allOf', 'anyOf']);
/** Schemas around a part that are searched. */
const MAX_AROUND = 4;
const MAPS = new Set(['$defs', 'definitions', 'dependentSchemas', 'properties']);
/** Keywords that close an object: servers that silently drop other members announce `false`. */
const CLOSING = ['additionalProperties', 'unevaluatedProperties'];
const KNOWN_DIALECT = /^https?:\/\/json-schema\.org\/(?:draft\/20(?:19-09|20-12)|draft-07)\/schema#?$/;
const DRAFT_7 = 'http://json-schema.org/draft-07/schema#';

/**
 * Relaxes an announced inputSchema to what servers apply in practice, so that no call is rejected that the server accepts:
 * members with a default are optional, other members are ignored, alternatives may overlap, values of another type that
 * servers convert are accepted, and `not` and patterns that RE2 does not support are dropped.
 *
 * Sources of the rules: zod (TypeScript SDK 1.x and 2.x) and pydantic (Python SDK 2.x, FastMCP 4). Time is proportional to
 * the schema; its depth must be bounded.
 */
export function toLenientSchema(root: JsonObject): JsonObject {
  const moves = new Map<JsonObject, Map<string, readonly string[]>>();
  const dialect = dialectOf(root);
  const relaxed = { ...relax(root, root, moves), type: 'object', ...(dialect !== undefined && { $schema: dialect }) };
  return rewriteReferences(relaxed, root, moves);
}

/** Without `$schema`, a list in `items` is a tuple of the drafts up to 7; older drafts are read as draft-07. */
function dialectOf(root: JsonObject): string | undefined {
  const named = memberOf(root, '$schema');
  if (named !== undefined) return typeof named === 'string' && KNOWN_DIALECT.test(named) ? named : DRAFT_7;
  return JSON.stringify(root).includes('"items":[') ? DRAFT_7 : undefined;
}

function relax(
  schema: JsonObject,
  root: JsonObject,
  moves: Map<JsonObject, Map<string, readonly string[]>>,
  around: readonly JsonObject[] = [],
): JsonObject {
  const lenient = new Map<string, unknown>();
  const inner = (value: unknown): unknown => (isJsonObject(value) ? relax(value, root, moves) : value);
  const here = [schema, ...around.slice(0, MAX_AROUND)] as const;
  const part = (value: unknown): unknown => (isJsonObject(value) ? relax(value, root, moves, here) : value);
  for (const [keyword, value] of Object.entries(schema)) {
    if (KEPT.has(keyword) && isWellFormed(keyword, value)) lenient.set(keyword, value);
    else if (PARTS.has(keyword) && Array.isArray(value)) lenient.set(keyword, value.map(part));
    else if (LISTS.has(keyword) && Array.isArray(value)) lenient.set(keyword, value.map(inner));
    else if (ONE.has(keyword) && isSchema(value)) lenient.set(keyword, inner(value));
    else if (MAPS.has(keyword) && isJsonObject(value)) lenient.set(keyword, mapValues(value, inner));
  }
  relaxTypes(schema, lenient);
  relaxMembers(here, root, lenient, inner);
  relaxOneOf(schema, lenient, part, moves);
  return Object.fromEntries(lenient);
}

function relaxTypes(schema: JsonObject, lenient: Map<string, unknown>): void {
  // A value that a header repeats has one spelling, and its check needs the exact type.
  if (Object.hasOwn(schema, 'x-mcp-header')) {
    lenient.set('type', memberOf(schema, 'type'));
  } else {
    const types = acceptedTypes(schema);
    if (types) lenient.set(ACCEPTS, types);
  }
  const allowed = memberOf(schema, 'enum');
  if (Array.isArray(allowed)) {
    if (allowed.every(isNumber) && !isNullable(schema)) lenient.set(ACCEPTS_NUMBERS, allowed);
    else lenient.set('enum', isNullable(schema) ? [...new Set([...(allowed as unknown[]), null])] : allowed);
  }
  const pattern = memberOf(schema, 'pattern');
  if (typeof pattern === 'string' && compilePattern(pattern).ok) lenient.set('pattern', pattern);
}

/** @param here the schema, and those around it for the same value */
function relaxMembers(
  here: readonly [JsonObject, ...(readonly JsonObject[])],
  root: JsonObject,
  lenient: Map<string, unknown>,
  inner: (value: unknown) => unknown,
): void {
  const [schema] = here;
  const required = memberOf(schema, 'required');
  if (Array.isArray(required)) {
    const isDemanded = (name: unknown): boolean => typeof name === 'string' && !hasServerDefault(name, here, root);
    lenient.set('required', [...new Set(required.filter(isDemanded))]);
  }
  const byPattern = memberOf(schema, 'patternProperties');
  const keyed = isJsonObject(byPattern) ? Object.entries(byPattern) : [];
  const usable = keyed.filter(([source]) => compilePattern(source).ok);
  if (usable.length > 0) lenient.set('patternProperties', Object.fromEntries(usable.map(([k, v]) => [k, inner(v)])));
  if (usable.length < keyed.length) return;
  for (const keyword of CLOSING) {
    const value = memberOf(schema, keyword);
    if (isJsonObject(value)) lenient.set(keyword, inner(value));
  }
}

/** Lenient alternatives overlap, so one match is enough. */
function relaxOneOf(
  schema: JsonObject,
  lenient: Map<string, unknown>,
  inner: (value: unknown) => unknown,
  moves: Map<JsonObject, Map<string, readonly string[]>>,
): void {
  const oneOf = memberOf(schema, 'oneOf');
  if (!Array.isArray(oneOf)) return;
  const alternatives = oneOf.map(inner);
  if (!lenient.has('anyOf')) {
    lenient.set('anyOf', alternatives);
    moves.set(schema, new Map([['oneOf', ['anyOf']]]));
    return;
  }
  const all = lenient.get('allOf');
  const before: unknown[] = Array.isArray(all) ? all : [];
  lenient.set('allOf', [...before, { anyOf: alternatives }]);
  moves.set(schema, new Map([['oneOf', ['allOf', String(before.length), 'anyOf']]]));
}

const isNumber = (value: unknown): boolean => typeof value === 'number';

/** Older drafts have a boolean where newer ones have a number. */
const isWellFormed = (keyword: string, value: unknown): boolean =>
  !keyword.startsWith('exclusive') || typeof value === 'number';

const isSchema = (value: unknown): boolean => isJsonObject(value) || typeof value === 'boolean';

const mapValues = (object: JsonObject, change: (value: unknown) => unknown): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
