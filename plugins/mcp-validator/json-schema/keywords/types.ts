import { type JsonObject, isJsonObject, memberOf } from '../../../shared/json/json-object';
import { ACCEPTS, isAccepted, type JsonType } from '../accepted-types';
import type { SchemaNode } from './schema-node';

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  array: (value) => Array.isArray(value),
  object: isJsonObject,
};

/** The keyword of lenient schemas in place of `type`. */
export function addAcceptedTypesCheck(schema: JsonObject, node: SchemaNode): void {
  const own = memberOf(schema, ACCEPTS);
  if (!Array.isArray(own)) return;
  const types = own as readonly JsonType[];
  const problem = `must be ${types.join(' or ')}`;
  node.any.push((value, run) => types.some((type) => isAccepted(type, value)) || run.fail(problem, types));
}

/** `type`; with `nullable: true` of OpenAPI, which many servers announce, null is allowed too. */
export function addTypeCheck(schema: JsonObject, node: SchemaNode): void {
  const type = memberOf(schema, 'type');
  if (type === undefined) return;
  const types = (Array.isArray(type) ? type : [type]) as readonly string[];
  const problem = `must be ${types.join(' or ')}`;
  const allowed = memberOf(schema, 'nullable') === true ? [...types, 'null'] : types;
  const [first, ...others] = allowed.flatMap((name) => TYPES[name] ?? []);
  if (first && others.length === 0) node.any.push((value, run) => first(value) || run.fail(problem, types));
  else {
    node.any.push(
      (value, run) => first?.(value) || others.some((isOfType) => isOfType(value)) || run.fail(problem, types),
    );
  }
}
