import type { JsonObject } from '../../shared/json/json-object';
import { valueAt, type Pointer } from './pointer';

/** Further scopes of a token are ignored. */
export const MAX_SCOPES = 128;

/** A scope (RFC 6749, section 3.3): printable ASCII without space, quote and backslash. */
export const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** The scopes of a token: of each claim a string split at spaces, or a list. */
export function readScopes(claims: JsonObject, pointers: readonly Pointer[]): readonly string[] {
  const scopes = new Set<string>();
  for (const pointer of pointers) {
    for (const scope of listOf(valueAt(claims, pointer))) {
      if (scopes.size < MAX_SCOPES && SCOPE.test(scope)) scopes.add(scope);
    }
  }
  return [...scopes];
}

function listOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ');
  return Array.isArray(value) ? value.filter((scope): scope is string => typeof scope === 'string') : [];
}

/** Which further scopes a scope contains, by its name. */
export type ScopeHierarchy = ReadonlyMap<string, readonly string[]>;

/** Closes a hierarchy transitively: what a scope implies, and what these imply. Circles are possible. */
export function compileHierarchy(implied: Readonly<Record<string, readonly string[]>>): ScopeHierarchy {
  const closed = new Map<string, readonly string[]>();
  for (const scope of Object.keys(implied)) {
    const reached = new Set<string>();
    const open = [scope];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const one of Object.hasOwn(implied, next) ? (implied[next] ?? []) : []) {
        if (reached.has(one)) continue;
        reached.add(one);
        open.push(one);
      }
    }
    closed.set(scope, [...reached]);
  }
  return closed;
}

/** The scopes and all that they imply. */
export function closeScopes(scopes: readonly string[], hierarchy: ScopeHierarchy): readonly string[] {
  if (hierarchy.size === 0) return scopes;
  return [...new Set(scopes.flatMap((scope) => [scope, ...(hierarchy.get(scope) ?? [])]))];
}
