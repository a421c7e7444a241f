import { type JsonObject, isJsonObject, memberOf } from '../../../shared/json/json-object';
import { tokensOf } from './rewrite-references';

/** Schemas that are searched for one member, since references may form circles. */
const MAX_STEPS = 16;

/**
 * True if a server adds this member when a call omits it: one of the schemas of the same value has a default for it. The
 * member may be defined next to the list that requires it, in a part, or in the target of a reference.
 */
export function hasServerDefault(name: string, schemas: readonly JsonObject[], root: JsonObject): boolean {
  const open: unknown[] = [...schemas];
  for (let step = 0; step < MAX_STEPS && open.length > 0; step++) {
    const schema = open.shift();
    if (!isJsonObject(schema)) continue;
    const properties = memberOf(schema, 'properties');
    if (isJsonObject(properties) && hasDefault(memberOf(properties, name), root)) return true;
    open.push(targetOf(schema, root));
    const parts = memberOf(schema, 'allOf');
    if (Array.isArray(parts)) open.push(...(parts.slice(0, MAX_STEPS) as unknown[]));
  }
  return false;
}

/**
 * True if the schema of a member has a default: its own, that of its reference, or that of a part. Servers add the
 * default, although some list the member in `required`, since their handlers always receive it.
 */
function hasDefault(member: unknown, root: JsonObject): boolean {
  const open: unknown[] = [member];
  for (let step = 0; step < MAX_STEPS && open.length > 0; step++) {
    const schema = open.shift();
    if (!isJsonObject(schema)) continue;
    if (Object.hasOwn(schema, 'default')) return true;
    open.push(targetOf(schema, root));
    for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
      const parts = memberOf(schema, keyword);
      if (Array.isArray(parts)) open.push(...(parts.slice(0, MAX_STEPS) as unknown[]));
    }
  }
  return false;
}

function targetOf(schema: JsonObject, root: JsonObject): unknown {
  const reference = memberOf(schema, '$ref');
  const tokens = typeof reference === 'string' ? tokensOf(reference) : undefined;
  let at: unknown = tokens && root;
  for (const token of tokens ?? []) {
    if (Array.isArray(at)) at = at[Number(token)] as unknown;
    else at = isJsonObject(at) ? memberOf(at, token) : undefined;
  }
  return at;
}
