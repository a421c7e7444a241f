import { type JsonObject, isJsonObject, memberOf } from '../../shared/json/json-object';
import { foldName, foldText } from '../../shared/mcp/fold-text';
import { httpFault, type Fault } from '../protocol/fault';
import { mcpCatalogue } from './protocol-methods';
import type { Shape } from './shapes';

/**
 * Members below `params` that some reader would take for ones with a meaning: `Name`, `param\u017f` with U+017F,
 * `progress_token`. What this gateway sees and what such a server does would differ (CVE-2026-27896).
 *
 * Each object is looked at of which the protocol knows the members; those with free keys, such as `arguments`, are not.
 */
export function checkMembers(method: string, params: JsonObject | undefined): Fault | undefined {
  if (!params) return undefined;
  const catalogue = mcpCatalogue();
  const shape = catalogue.shapeOf(method);
  if (shape) return checkShape(params, shape, '/params');
  // Of a method that no revision knows only `_meta` has a meaning; its own members may be called as its author likes.
  const isAmbiguous = Object.keys(params).some((name) => name !== '_meta' && foldText(name) === '_meta');
  return isAmbiguous
    ? ambiguous('/params')
    : checkShape(memberOf(params, '_meta'), catalogue.metaShape, '/params/_meta');
}

function checkShape(value: unknown, shape: Shape, pointer: string): Fault | undefined {
  if (Array.isArray(value)) return checkItems(value, shape.items, pointer);
  if (!isJsonObject(value)) return undefined;
  for (const name of Object.keys(value)) {
    const known = shape.members.get(name);
    if (!known && shape.folded?.has(foldName(name))) return ambiguous(pointer);
    const next = known ?? shape.values;
    const fault = next && checkShape(value[name], next, `${pointer}/${known ? name.replace('/', '~1') : '*'}`);
    if (fault) return fault;
  }
  return undefined;
}

function checkItems(list: readonly unknown[], shape: Shape | undefined, pointer: string): Fault | undefined {
  if (!shape) return undefined;
  for (const item of list) {
    const fault = checkShape(item, shape, `${pointer}/*`);
    if (fault) return fault;
  }
  return undefined;
}

const ambiguous = (pointer: string): Fault =>
  httpFault(
    400,
    'case_folded_member',
    `Invalid request: a member of ${pointer} differs from a known one in case, blanks or separators alone`,
  );
