import type { Edit } from '../../shared/json/edits';
import { memberOf, type JsonObject } from '../../shared/json/json-object';
import { valueAt, valueStartOf, type Span } from '../../shared/json/spans';

/**
 * The edits that keep a list of one caller out of the caches of others (2026-07-28, server/utilities/caching): `cacheScope`
 * becomes `private`, `ttlMs` becomes at most the cap.
 *
 * @param at where the result begins; it has at least the list itself
 */
export function cacheEdits(bytes: Buffer, at: number, result: JsonObject, maxTtlMs: number): readonly Edit[] {
  const spanOf = (key: string): Span | undefined => {
    const start = Object.hasOwn(result, key) ? valueStartOf(bytes, at, key) : undefined;
    return start === undefined ? undefined : valueAt(bytes, start);
  };
  const scope = spanOf('cacheScope');
  const ttl = spanOf('ttlMs');
  const edits: Edit[] = [];
  if (!scope) edits.push({ start: at + 1, end: at + 1, text: '"cacheScope":"private",' });
  else if (memberOf(result, 'cacheScope') !== 'private') edits.push({ ...scope, text: '"private"' });
  const ttlMs = memberOf(result, 'ttlMs');
  if (ttl && !(typeof ttlMs === 'number' && ttlMs <= maxTtlMs)) edits.push({ ...ttl, text: String(maxTtlMs) });
  return edits;
}
