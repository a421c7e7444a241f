import { memberOf, type JsonObject } from '../../../shared/json-rpc/message';
import type { SchemaNode } from './schema-node';

/** `type`; with `nullable: true` of OpenAPI, which many servers announce, null is allowed too. */
export function addTypeCheck(schema: JsonObject, node: SchemaNode): void {
  const type = memberOf(schema, 'type');
  if (type === undefined) return;
  const types = (Array.isArray(type) ? type : [type]) as readonly string[];
  const problem = `must be ${types.join(' or ')}`;
  const isNullable = memberOf(schema, 'nullable') === true;
  const allowed = new Set(isNullable ? [...types, 'null'] : types);
  const [only] = allowed;
  if (allowed.size === 1 && only !== undefined && only !== 'integer' && only !== 'number') {
    node.any.push((value, run) => typeOf(value) === only || run.fail(problem, types));
  } else {
    node.any.push((value, run) => isOneOf(value, allowed) || run.fail(problem, types));
  }
}

function isOneOf(value: unknown, allowed: ReadonlySet<string>): boolean {
  return allowed.has(typeOf(value)) || (allowed.has('integer') && Number.isInteger(value));
}

function typeOf(value: unknown): string {
  if (typeof value !== 'object') return typeof value;
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : 'object';
}
