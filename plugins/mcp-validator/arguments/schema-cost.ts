import { memberOf, type JsonObject } from '../../shared/json-rpc/message';
import type { SchemaGraph } from './references';
import { subschemasOf, type Role } from './subschemas';

/** The most work that a schema can cause at one value of the arguments, by the value's depth below the root. */
export interface SchemaCost {
  /** Steps for a value: schemas that are tried on it, with the names and constants they list. */
  readonly perValue: readonly number[];
  /** Times that a text is measured. */
  readonly perCharacter: readonly number[];
  /** Times that the items of a list are written out, to compare them with each other. */
  readonly perItem: readonly number[];
}

/** Or why no bound can be given. */
export type CostResult = SchemaCost | { readonly problem: string };

type Graph = Extract<SchemaGraph, { ok: true }>;
type Weigh = (schema: JsonObject) => number;

/** Enough to refuse; keeps sums finite. */
const HUGE = 1e12;

/**
 * Bounds the work of a schema before it ever runs. Alternatives multiply: 22 levels of two alternatives that refer to
 * the same schema make four million tries of one value. So for each depth below the root, the ways in which a value
 * there can be reached are counted, alternatives and references included, up to `maxDepth`.
 */
export function costOf(root: JsonObject, graph: Graph, maxDepth: number): CostResult {
  if (hasLoop(graph)) return { problem: 'has references that lead back to themselves on the same value' };
  const links = linksOf(graph);
  const byDepth = (weigh: Weigh): number[] => workByDepth(root, links, maxDepth, weigh);
  return {
    perValue: byDepth(weightOf),
    perCharacter: byDepth((schema) => (measuresText(schema) ? 1 : 0)),
    perItem: byDepth((schema) => (memberOf(schema, 'uniqueItems') === true ? 1 : 0)),
  };
}

/** A step for the schema itself, for each name it lists and for each value in a constant. */
function weightOf(schema: JsonObject): number {
  let weight = 1;
  for (const keyword of ['required', 'properties', 'patternProperties', 'dependentRequired', 'dependencies']) {
    const value = memberOf(schema, keyword);
    if (typeof value === 'object' && value !== null) weight += Object.keys(value).length;
  }
  return weight + countValues(memberOf(schema, 'enum')) + countValues(memberOf(schema, 'const'));
}

function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return value === undefined ? 0 : 1;
  return Object.values(value).reduce<number>((sum, member) => sum + countValues(member), 1);
}

const measuresText = (schema: JsonObject): boolean =>
  Object.hasOwn(schema, 'maxLength') || Object.hasOwn(schema, 'minLength');

/** Does some schema lead to itself without going into a member or item? */
function hasLoop(graph: Graph): boolean {
  const state = new Map<JsonObject, 'open' | 'done'>();
  const visit = (schema: JsonObject): boolean => {
    const seen = state.get(schema);
    if (seen !== undefined) return seen === 'open';
    state.set(schema, 'open');
    const found = inPlaceOf(schema, graph).some(visit);
    state.set(schema, 'done');
    return found;
  };
  return graph.nodes.some(visit);
}

function inPlaceOf(schema: JsonObject, { targetOf }: Graph): readonly JsonObject[] {
  const target = targetOf(schema);
  const own = subschemasOf(schema).flatMap(({ role, schema: inner }) => (role === 'inPlace' ? [inner] : []));
  return target ? [...own, target] : own;
}

interface Links {
  readonly inPlace: readonly JsonObject[];
  /** Of these a member or item meets one. */
  readonly children: readonly JsonObject[];
  /** Of these it may meet all. */
  readonly extraChildren: readonly JsonObject[];
}

function linksOf(graph: Graph): ReadonlyMap<JsonObject, Links> {
  return new Map(
    graph.nodes.map((node) => {
      const inner = subschemasOf(node);
      const ofRole = (role: Role) => inner.flatMap((one) => (one.role === role ? [one.schema] : []));
      return [
        node,
        { inPlace: inPlaceOf(node, graph), children: ofRole('child'), extraChildren: ofRole('extraChild') },
      ];
    }),
  );
}

/** For each depth from 0 to `maxDepth`: the largest sum of weights that meets one value there. */
function workByDepth(
  root: JsonObject,
  links: ReadonlyMap<JsonObject, Links>,
  maxDepth: number,
  weigh: Weigh,
): number[] {
  const byDepth: number[] = [];
  let above: ReadonlyMap<JsonObject, number> | undefined;
  for (let depth = 0; depth <= maxDepth; depth++) {
    const level = workAtDepth(links, above, weigh);
    // Once nothing reaches a depth, nothing reaches deeper ones.
    if (depth > 0 && [...level.values()].every((work) => work === 0)) break;
    byDepth.push(level.get(root) ?? 0);
    above = level;
  }
  return byDepth;
}

/** For each schema: the work at a value this deep below the one it is applied to; `above` is of one level less. */
function workAtDepth(
  links: ReadonlyMap<JsonObject, Links>,
  above: ReadonlyMap<JsonObject, number> | undefined,
  weigh: Weigh,
): ReadonlyMap<JsonObject, number> {
  const level = new Map<JsonObject, number>();
  const work = (schema: JsonObject): number => {
    const known = level.get(schema);
    if (known !== undefined) return known;
    const { inPlace = [], children = [], extraChildren = [] } = links.get(schema) ?? {};
    let sum = above ? 0 : weigh(schema);
    if (above) {
      sum += children.reduce((max, child) => Math.max(max, above.get(child) ?? 0), 0);
      for (const child of extraChildren) sum += above.get(child) ?? 0;
    }
    for (const inner of inPlace) sum += work(inner);
    const bounded = Math.min(sum, HUGE);
    level.set(schema, bounded);
    return bounded;
  };
  for (const schema of links.keys()) work(schema);
  return level;
}
