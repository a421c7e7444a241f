import { type JsonObject, isJsonObject, memberOf } from '../../shared/json/json-object';
import type { Dialect } from './keywords/compile-context';
import { absolute, collectResources, type Resource, type Resources } from './resources';
import { subschemasOf } from './subschemas';

/** All schemas of a document, and where its references lead; or why it can't be used. */
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
 * Walks a schema document: every reference must lead to a place in the document itself, by pointer, anchor or `$id`.
 * What would load from elsewhere, or mean another place at each use, is not supported.
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
    if (target === undefined) return failure('has a $ref that does not lead to a place inside it');
    if (isJsonObject(target) && !resources.nodes.has(target)) return failure('has a $ref to what is not a schema');
    targets.set(node, target);
  }
  const graph: Graph = { ok: true, nodes: [...resources.nodes.keys()], targetOf: (schema) => targets.get(schema) };
  return hasLoop(graph) ? failure('has references that lead back to themselves on the same value') : graph;
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

/** The schema that a JSON pointer leads to (RFC 6901). */
function at(root: JsonObject, pointer: string): JsonObject | boolean | undefined {
  let place: unknown = root;
  for (const token of pointer.slice(1).split('/')) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(place)) place = /^\d+$/.test(key) ? place[Number(key)] : undefined;
    else place = isJsonObject(place) ? memberOf(place, key) : undefined;
  }
  return isJsonObject(place) || typeof place === 'boolean' ? place : undefined;
}

function decode(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
}

/** Does some schema lead to itself without going into a member or item? A check by it would never end. */
function hasLoop(graph: Graph): boolean {
  const next = new Map(graph.nodes.map((node) => [node, inPlaceOf(node, graph)]));
  const incoming = new Map<JsonObject, number>();
  for (const targets of next.values()) for (const one of targets) incoming.set(one, (incoming.get(one) ?? 0) + 1);
  // What nothing leads to is taken away, again and again; a loop stays.
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
