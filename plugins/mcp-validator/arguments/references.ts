import { isJsonObject, memberOf, type JsonObject } from '../../shared/json-rpc/message';
import { subschemasOf } from './subschemas';

/** All schemas of a document, and where its references lead; or why it can't be used. */
export type SchemaGraph =
  | {
      readonly ok: true;
      readonly nodes: readonly JsonObject[];
      readonly targetOf: (schema: JsonObject) => JsonObject | undefined;
    }
  | { readonly ok: false; readonly problem: string };

/** More schemas than this in one document take too long to compile. */
const MAX_SCHEMA_NODES = 2000;

const failure = (problem: string): SchemaGraph => ({ ok: false, problem });

/**
 * Walks a schema document: every reference must lead to a place in the document itself, by pointer or anchor. What
 * would load from elsewhere, or mean another place at each use, is not supported.
 */
export function resolveReferences(root: JsonObject): SchemaGraph {
  const nodes = collect(root);
  if (!nodes) return failure(`has more than ${MAX_SCHEMA_NODES} schemas`);
  const anchors = new Map<string, JsonObject>();
  for (const node of nodes) {
    if (node !== root && Object.hasOwn(node, '$id')) {
      return failure('has a schema with an $id inside');
    }
    // ajv's own keyword: the check would give a promise, which is never false.
    if (Object.hasOwn(node, '$async')) return failure('uses $async');
    if (Object.hasOwn(node, '$dynamicRef') || Object.hasOwn(node, '$recursiveRef')) {
      return failure('uses $dynamicRef or $recursiveRef');
    }
    const anchor = memberOf(node, '$anchor');
    if (typeof anchor === 'string') anchors.set(anchor, node);
  }
  const targets = new Map<JsonObject, JsonObject>();
  for (const node of nodes) {
    const reference = memberOf(node, '$ref');
    if (reference === undefined) continue;
    const target = typeof reference === 'string' ? follow(reference, root, anchors) : undefined;
    if (!target) return failure('has a $ref that does not lead to a place inside it');
    targets.set(node, target);
  }
  const known = new Set(nodes);
  if ([...targets.values()].some((target) => !known.has(target))) return failure('has a $ref to what is not a schema');
  return { ok: true, nodes, targetOf: (schema) => targets.get(schema) };
}

function collect(root: JsonObject): readonly JsonObject[] | undefined {
  const nodes = [root];
  for (let i = 0; i < nodes.length; i++) {
    for (const { schema } of subschemasOf(nodes[i] as JsonObject)) {
      if (nodes.push(schema) > MAX_SCHEMA_NODES) return undefined;
    }
  }
  return nodes;
}

function follow(reference: string, root: JsonObject, anchors: ReadonlyMap<string, JsonObject>): JsonObject | undefined {
  if (!reference.startsWith('#')) return undefined;
  const fragment = decode(reference.slice(1));
  if (fragment === '') return root;
  if (fragment === undefined) return undefined;
  if (!fragment.startsWith('/')) return anchors.get(fragment);
  let at: unknown = root;
  for (const token of fragment.slice(1).split('/')) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) at = at[Number(key)];
    else at = isJsonObject(at) ? memberOf(at, key) : undefined;
  }
  return isJsonObject(at) ? at : undefined;
}

function decode(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
}
