import { type JsonObject, isJsonObject, memberOf } from '../../shared/json/json-object';
import { subschemasOf } from '../json-schema/subschemas';

/** An argument that the client repeats in the header `Mcp-Param-{name}`. */
export interface HeaderParameter {
  /** The name of the HTTP header, in lower case. */
  readonly header: string;
  /** Keys from the arguments down to the value. */
  readonly path: readonly string[];
  readonly type: 'string' | 'integer' | 'boolean';
}

const ANNOTATION = 'x-mcp-header';
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;

/**
 * Finds the parameters that a schema annotates with `x-mcp-header` (2026-07-28, basic/transports/streamable-http
 * "Schema Extension"), or the problem that makes an annotation, and with it the tool, invalid.
 */
export function findHeaderParameters(root: JsonObject): HeaderParameter[] | { readonly problem: string } {
  const found: HeaderParameter[] = [];
  const problem = walk(root, [], true, found);
  if (problem !== undefined) return { problem };
  const names = new Set(found.map(({ header }) => header));
  return names.size === found.length ? found : { problem: `has two ${ANNOTATION} of the same name` };
}

function walk(
  schema: JsonObject,
  path: readonly string[],
  isReachable: boolean,
  found: HeaderParameter[],
): string | undefined {
  if (Object.hasOwn(schema, ANNOTATION)) {
    const name = schema[ANNOTATION];
    const type = memberOf(schema, 'type');
    if (!isReachable || path.length === 0) return `has ${ANNOTATION} where "properties" alone do not lead`;
    if (typeof name !== 'string' || !TOKEN.test(name)) return `has an ${ANNOTATION} that is not a header name`;
    if (type !== 'string' && type !== 'integer' && type !== 'boolean') {
      return `has ${ANNOTATION} on a parameter that is not a string, integer or boolean`;
    }
    found.push({ header: `mcp-param-${name.toLowerCase()}`, path, type });
  }
  for (const { keyword, key, schema: inner } of subschemasOf(schema)) {
    const isStep = isReachable && keyword === 'properties' && key !== undefined;
    const problem = walk(inner, isStep ? [...path, key] : path, isStep, found);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The value at a path of the arguments; undefined if there is none. */
export function valueAt(args: JsonObject, path: readonly string[]): unknown {
  let at: unknown = args;
  for (const key of path) at = isJsonObject(at) ? memberOf(at, key) : undefined;
  return at;
}
