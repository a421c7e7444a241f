import { type JsonObject, isJsonObject, memberOf } from '../../shared/json/json-object';
import { foldName, foldText } from '../../shared/mcp/fold-text';
import type { Fault } from '../../shared/mcp/json-rpc/fault';
import { httpFault } from '../protocol/fault';
import { protocolMethods } from './protocol-methods';
import type { Shape } from './shapes';

/**
 * Rejects members below `params` that some reader may take for a defined one: `Name`, `param\u017f` with U+017F,
 * `progress_token`. The gateway and such a server would read different requests (CVE-2026-27896).
 *
 * Checks every object whose members the protocol defines; objects with free keys, such as `arguments`, are not checked.
 */
export function checkMembers(method: string, params: JsonObject | undefined): Fault | undefined {
  if (!params) return undefined;
  const methods = protocolMethods();
  const shape = methods.shapeOf(method);
  if (shape) return checkShape(params, shape, '/params');
  // In an unknown method only `_meta` is defined; all other members may have any name.
  const isAmbiguous = Object.keys(params).some((name) => name !== '_meta' && foldText(name) === '_meta');
  return isAmbiguous ? ambiguous('/params') : checkShape(memberOf(params, '_meta'), methods.metaShape, '/params/_meta');
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
    `Invalid request: a member of ${pointer} differs from a defined member only in case, blanks or separators`,
  );
