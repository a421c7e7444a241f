import { type JsonObject, isJsonObject, memberOf } from '../../../shared/json/json-object';

/** Where a keyword of the announced schema is in the lenient one, relative to the schema that contains both. */
export type Moves = ReadonlyMap<JsonObject, ReadonlyMap<string, readonly string[]>>;

/** The tokens of a reference inside the document (RFC 6901 in a fragment); undefined for any other reference. */
export function tokensOf(reference: string): readonly string[] | undefined {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined;
  try {
    return decodeURIComponent(reference)
      .split('/')
      .slice(1)
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  } catch {
    return undefined;
  }
}

/** Updates the references of a changed schema to the new locations of their targets. */
export function rewriteReferences(schema: JsonObject, original: JsonObject, moves: Moves): JsonObject {
  if (moves.size === 0) return schema;
  const rewrite = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rewrite);
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        key === '$ref' && typeof member === 'string' ? moved(member, original, moves) : rewrite(member),
      ]),
    );
  };
  return rewrite(schema) as JsonObject;
}

function moved(reference: string, original: JsonObject, moves: Moves): string {
  const tokens = tokensOf(reference);
  if (!tokens) return reference;
  const now: string[] = [];
  let at: unknown = original;
  for (const token of tokens) {
    now.push(...((isJsonObject(at) && moves.get(at)?.get(token)) || [token]));
    if (Array.isArray(at)) at = at[Number(token)] as unknown;
    else at = isJsonObject(at) ? memberOf(at, token) : undefined;
  }
  return ['#', ...now.map((token) => encodeURIComponent(token.replaceAll('~', '~0').replaceAll('/', '~1')))].join('/');
}
