import { type JsonObject, memberOf } from '../../shared/json/json-object';
import type { Dialect } from './keywords/compile-context';
import { subschemasOf } from './subschemas';

/** A schema with its own `$id`, and the schemas that belong to it, down to the next `$id`. */
export interface Resource {
  /** Absolute, without fragment. */
  readonly uri: string;
  readonly root: JsonObject;
  /** Schemas by `$anchor`, or by an `$id` that is only a fragment. */
  readonly anchors: Map<string, JsonObject>;
}

/** All schemas of a document, each with its resource. */
export interface Resources {
  readonly ok: true;
  readonly nodes: ReadonlyMap<JsonObject, Resource>;
  readonly byUri: ReadonlyMap<string, Resource>;
}

/** Bounds the memory of a compiled schema. */
export const MAX_SCHEMA_NODES = 5000;

/** The base URI of a document without `$id`, to resolve relative references. */
const DEFAULT_BASE = 'schema:///';

const failure = (problem: string) => ({ ok: false, problem }) as const;

/** Walks a schema document; returns what is wrong with it if it cannot be used. */
export function collectResources(
  root: JsonObject,
  dialect: Dialect,
): Resources | { readonly ok: false; readonly problem: string } {
  const nodes = new Map<JsonObject, Resource>();
  const byUri = new Map<string, Resource>();
  const queue: { schema: JsonObject; around: Resource | undefined }[] = [{ schema: root, around: undefined }];
  for (const { schema, around } of queue) {
    const id = idOf(schema, dialect);
    const uri = around && id === undefined ? around.uri : absolute(id ?? '', around?.uri ?? DEFAULT_BASE);
    if (uri === undefined) return failure('has an $id that is not a URI');
    let resource = around;
    if (resource?.uri !== uri) {
      if (byUri.has(uri)) return failure('has two schemas with the same $id');
      byUri.set(uri, (resource = { uri, root: schema, anchors: new Map() }));
    }
    for (const anchor of anchorsOf(schema)) resource.anchors.set(anchor, schema);
    nodes.set(schema, resource);
    for (const { schema: inner } of subschemasOf(schema)) {
      if (queue.push({ schema: inner, around: resource }) > MAX_SCHEMA_NODES) {
        return failure(`has more than ${MAX_SCHEMA_NODES} schemas`);
      }
    }
  }
  return { ok: true, nodes, byUri };
}

/** The absolute URI without its fragment; undefined if it is not a URI. */
export function absolute(reference: string, base: string): string | undefined {
  if (!URL.canParse(reference, base)) return undefined;
  const uri = new URL(reference, base);
  uri.hash = '';
  return uri.href;
}

/** The `$id` of a schema. Draft-07 ignores it next to a `$ref`; a fragment alone is an anchor. */
function idOf(schema: JsonObject, dialect: Dialect): string | undefined {
  const id = memberOf(schema, '$id');
  if (typeof id !== 'string' || id.startsWith('#')) return undefined;
  return dialect === 'draft-07' && Object.hasOwn(schema, '$ref') ? undefined : id;
}

function anchorsOf(schema: JsonObject): readonly string[] {
  const [id, ...anchors] = ['$id', '$anchor', '$dynamicAnchor'].map((keyword) => memberOf(schema, keyword));
  const names = typeof id === 'string' && id.startsWith('#') ? [...anchors, id.slice(1)] : anchors;
  return names.filter((name): name is string => typeof name === 'string' && name !== '');
}
