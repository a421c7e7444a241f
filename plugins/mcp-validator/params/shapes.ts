import { foldName } from '../../shared/mcp/fold-text';
import type { Schema } from './fragments';

/** Which members the protocol knows of a value, and of the values in it. */
export interface Shape {
  /** Undefined where keys are free: a map, or an object that the protocol leaves open. */
  readonly folded: ReadonlySet<string> | undefined;
  readonly members: ReadonlyMap<string, Shape>;
  /** Of a map's values. */
  readonly values: Shape | undefined;
  /** Of a list's items. */
  readonly items: Shape | undefined;
}

/** What schemas together know of a value: those of one method in all revisions, or the alternatives of one. */
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
