/** A JSON object from an untrusted sender: any member may be missing or of another type. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for a value from JSON that is an object: neither a scalar, nor null, nor an array. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The member of a JSON object, never an inherited one. */
export const memberOf = (object: JsonObject, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

/** A copy of a JSON object without these members. */
export function without(object: JsonObject, ...names: readonly string[]): JsonObject {
  const rest: Record<string, unknown> = { ...object };
  for (const name of names) Reflect.deleteProperty(rest, name);
  return rest;
}
