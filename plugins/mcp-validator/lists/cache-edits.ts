import type { Edit } from '../../shared/json/edits';
import { memberOf, type JsonObject } from '../../shared/json/json-object';
import { valueOf, type MemberSpan, type Span } from '../../shared/json/spans';

/**
 * The edits that keep a list of one caller out of the caches of others (2026-07-28, server/utilities/caching): `cacheScope`
 * becomes `private`, `ttlMs` becomes at most the cap.
 *
 * @param span of the result
 * @param members of the result; at least the list itself
 */
export function cacheEdits(
  span: Span,
  members: readonly MemberSpan[],
  result: JsonObject,
  maxTtlMs: number,
): readonly Edit[] {
  const scope = valueOf(members, 'cacheScope');
  const ttl = valueOf(members, 'ttlMs');
  const edits: Edit[] = [];
  if (!scope) edits.push({ start: span.start + 1, end: span.start + 1, text: '"cacheScope":"private",' });
  else if (memberOf(result, 'cacheScope') !== 'private') edits.push({ ...scope, text: '"private"' });
  const ttlMs = memberOf(result, 'ttlMs');
  if (ttl && !(typeof ttlMs === 'number' && ttlMs <= maxTtlMs)) edits.push({ ...ttl, text: String(maxTtlMs) });
  return edits;
}
