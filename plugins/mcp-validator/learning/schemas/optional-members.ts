import { type JsonObject, isJsonObject, memberOf } from '../../../shared/json/json-object';
import { tokensOf } from './rewrite-references';

/** Schemas that are looked through for one member: references may lead in circles. */
const MAX_STEPS = 16;

/**
 * Does a server fill this member in where a call leaves it out? One of the schemas that judge the same value tells of
 * its default: the members may stand beside the list that requires them, in a part, or where a reference leads.
 */
export function isFilledIn(name: string, schemas: readonly JsonObject[], root: JsonObject): boolean {
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
 * Does the schema of a member name a default: its own, that of the schema it refers to, or that of a part? Servers fill
 * it in, though some list the member in `required` all the same, since their handlers always see it.
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
