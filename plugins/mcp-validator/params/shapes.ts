import { foldName } from '../../shared/mcp/fold-text';
import type { Schema } from './fragments';

/** The members that the protocol defines in a value, and in the values inside it. */
export interface Shape {
  /** The folded names of the members; undefined if keys are free: a map, or an object that the protocol leaves open. */
  readonly folded: ReadonlySet<string> | undefined;
  readonly members: ReadonlyMap<string, Shape>;
  /** The shape of a map's values. */
  readonly values: Shape | undefined;
  /** The shape of a list's items. */
  readonly items: Shape | undefined;
}

/** The members that any of the schemas defines: the schemas of one method in all revisions, or the alternatives of one. */
export function shapeOf(schemas: readonly Schema[]): Shape {
  const alternatives = schemas.flatMap(alternativesOf);
  const properties = new Map<string, Schema[]>();
  let isFree = false;
  for (const schema of alternatives) {
    const known = schema['properties'] as Readonly<Record<string, Schema>> | undefined;
    if (known === undefined) isFree ||= schema['type'] === 'object';
    else
      for (const [name, member] of Object.entries(known)) {
        properties.set(name, [...(properties.get(name) ?? []), member]);
      }
  }
  const members = new Map([...properties].map(([name, list]) => [name, shapeOf(list)]));
  const named = (keyword: 'additionalProperties' | 'items'): Shape | undefined => {
    const found = alternatives.flatMap((schema) => (keyword in schema ? [schema[keyword] as Schema] : []));
    return found.length > 0 ? shapeOf(found) : undefined;
  };
  return {
    folded: isFree || members.size === 0 ? undefined : new Set([...members.keys()].map(foldName)),
    members,
    values: named('additionalProperties'),
    items: named('items'),
  };
}

const alternativesOf = (schema: Schema): readonly Schema[] =>
  'anyOf' in schema ? (schema['anyOf'] as readonly Schema[]).flatMap(alternativesOf) : [schema];
