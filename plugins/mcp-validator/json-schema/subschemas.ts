import { type JsonObject, isJsonObject } from '../../shared/json/json-object';

/**
 * How a subschema applies to the value of its parent: to the same value (`inPlace`), to single members or items (`child`
 * if the keywords exclude each other, `extraChild` if they add up), or only by reference (`definition`).
 */
export type Role = 'inPlace' | 'child' | 'extraChild' | 'definition';

/** A schema inside another one, with its location. */
export interface Subschema {
  readonly role: Role;
  readonly schema: JsonObject;
  /** The keyword, and the key for maps. */
  readonly keyword: string;
  readonly key?: string;
}

type Shape = 'one' | 'list' | 'map';

/** Keywords of draft-07, 2019-09 and 2020-12 that contain schemas. `items` and `dependencies` have two shapes. */
const KEYWORDS: ReadonlyMap<string, readonly [role: Role, ...shapes: Shape[]]> = new Map<
  string,
  readonly [role: Role, ...shapes: Shape[]]
>([
  ['allOf', ['inPlace', 'list']],
  ['anyOf', ['inPlace', 'list']],
  ['oneOf', ['inPlace', 'list']],
  ['not', ['inPlace', 'one']],
  ['if', ['inPlace', 'one']],
  ['then', ['inPlace', 'one']],
  ['else', ['inPlace', 'one']],
  ['dependentSchemas', ['inPlace', 'map']],
  ['dependencies', ['inPlace', 'map']],
  ['properties', ['child', 'map']],
  ['additionalProperties', ['child', 'one']],
  ['prefixItems', ['child', 'list']],
  ['items', ['child', 'one', 'list']],
  ['additionalItems', ['child', 'one']],
  ['patternProperties', ['extraChild', 'map']],
  ['propertyNames', ['extraChild', 'one']],
  ['contains', ['extraChild', 'one']],
  ['unevaluatedProperties', ['extraChild', 'one']],
  ['unevaluatedItems', ['extraChild', 'one']],
  ['$defs', ['definition', 'map']],
  ['definitions', ['definition', 'map']],
]);

/** The direct subschemas of a schema, without boolean schemas. */
export function subschemasOf(schema: JsonObject): readonly Subschema[] {
  const found: Subschema[] = [];
  for (const keyword of Object.keys(schema)) {
    const known = KEYWORDS.get(keyword);
    if (!known) continue;
    const [role, ...shapes] = known;
    const value = schema[keyword];
    if (Array.isArray(value)) {
      if (!shapes.includes('list')) continue;
      for (const item of value) if (isJsonObject(item)) found.push({ role, keyword, schema: item });
    } else if (isJsonObject(value)) {
      if (!shapes.includes('map')) found.push({ role, keyword, schema: value });
      else {
        for (const key of Object.keys(value)) {
          const item = value[key];
          if (isJsonObject(item)) found.push({ role, keyword, key, schema: item });
        }
      }
    }
  }
  return found;
}
