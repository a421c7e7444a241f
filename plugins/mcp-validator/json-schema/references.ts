import { type JsonObject, isJsonObject, memberOf } from '../../shared/json/json-object';
import type { Dialect } from './keywords/compile-context';
import { absolute, collectResources, type Resource, type Resources } from './resources';
import { subschemasOf } from './subschemas';

/** All schemas of a document with the targets of its references, or why it cannot be used. */
export type SchemaGraph =
  | {
      readonly ok: true;
      readonly nodes: readonly JsonObject[];
      readonly targetOf: (schema: JsonObject) => JsonObject | boolean | undefined;
    }
  | { readonly ok: false; readonly problem: string };

type Graph = Extract<SchemaGraph, { ok: true }>;

const failure = (problem: string): SchemaGraph => ({ ok: false, problem });

/**
 * Walks a schema document. Every reference must have a target in the document, by pointer, anchor or `$id`. References that
 * load other documents, or whose target changes with each use, are not supported.
 */
export function resolveReferences(root: JsonObject, dialect: Dialect): SchemaGraph {
  const resources = collectResources(root, dialect);
  if (!resources.ok) return resources;
  const targets = new Map<JsonObject, JsonObject | boolean>();
  for (const [node, resource] of resources.nodes) {
    if (Object.hasOwn(node, '$dynamicRef') || Object.hasOwn(node, '$recursiveRef')) {
      return failure('uses $dynamicRef or $recursiveRef');
    }
    const reference = memberOf(node, '$ref');
    if (reference === undefined) continue;
    const target = typeof reference === 'string' ? follow(reference, resource, resources) : undefined;
    if (target === undefined) return failure('has a $ref without target inside it');
    if (isJsonObject(target) && !resources.nodes.has(target))
      return failure('has a $ref to something that is not a schema');
    targets.set(node, target);
  }
  const graph: Graph = { ok: true, nodes: [...resources.nodes.keys()], targetOf: (schema) => targets.get(schema) };
  return hasLoop(graph) ? failure('has references that form a loop on the same value') : graph;
}

function follow(reference: string, base: Resource, { byUri }: Resources): JsonObject | boolean | undefined {
  const uri = absolute(reference, base.uri);
  const resource = uri === undefined ? undefined : byUri.get(uri);
  const hash = reference.indexOf('#');
  const fragment = decode(hash < 0 ? '' : reference.slice(hash + 1));
  if (!resource || fragment === undefined) return undefined;
  if (fragment === '') return resource.root;
  return fragment.startsWith('/') ? at(resource.root, fragment) : resource.anchors.get(fragment);
}

/** The schema at a JSON pointer (RFC 6901). */
function at(root: JsonObject, pointer: string): JsonObject | boolean | undefined {
  let found: unknown = root;
  for (const token of pointer.slice(1).split('/')) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(found)) found = /^\d+$/.test(key) ? found[Number(key)] : undefined;
    else found = isJsonObject(found) ? memberOf(found, key) : undefined;
  }
  return isJsonObject(found) || typeof found === 'boolean' ? found : undefined;
}

function decode(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
}

/** True if a schema leads to itself without a step into a member or item: its check would never end. */
function hasLoop(graph: Graph): boolean {
  const next = new Map(graph.nodes.map((node) => [node, inPlaceOf(node, graph)]));
  const incoming = new Map<JsonObject, number>();
  for (const targets of next.values()) for (const one of targets) incoming.set(one, (incoming.get(one) ?? 0) + 1);
  // Nodes without incoming edges are removed repeatedly; only loops remain.
  const free = graph.nodes.filter((node) => !incoming.has(node));
  for (const node of free) {
    for (const target of next.get(node) ?? []) {
      const left = (incoming.get(target) ?? 0) - 1;
      incoming.set(target, left);
      if (left === 0) free.push(target);
    }
  }
  return free.length < graph.nodes.length;
}

function inPlaceOf(schema: JsonObject, { targetOf }: Graph): readonly JsonObject[] {
  const target = targetOf(schema);
  const own = subschemasOf(schema).flatMap(({ role, schema: inner }) => (role === 'inPlace' ? [inner] : []));
  return isJsonObject(target) ? [...own, target] : own;
}
