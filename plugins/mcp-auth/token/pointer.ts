import { isJsonObject, memberOf, type JsonObject } from '../../shared/json/json-object';

/** A JSON pointer (RFC 6901) to a claim, as the names of members. */
export type Pointer = readonly string[];

/** Compiles a pointer such as `/realm_access/roles`; undefined if it is not one. The pointer to the whole is not allowed. */
export function compilePointer(text: string): Pointer | undefined {
  if (!/^(?:\/(?:[^~/]|~[01])*)+$/.test(text)) return undefined;
  return text
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value that a pointer leads to, through own members of objects only; undefined if there is none. */
export function valueAt(claims: JsonObject, pointer: Pointer): unknown {
  let value: unknown = claims;
  for (const name of pointer) {
    if (!isJsonObject(value)) return undefined;
    value = memberOf(value, name);
  }
  return value;
}

/** The scalar values of a claim as texts: of a list each one. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return [String(value)];
  if (!Array.isArray(value)) return [];
  return value.flatMap((element: unknown) => (Array.isArray(element) ? [] : textsOf(element)));
}

/** The text of a claim that has one value, not empty; undefined for anything else. */
export function textAt(claims: JsonObject, pointer: Pointer): string | undefined {
  const value = valueAt(claims, pointer);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
