import { removeItems, type Edit } from '../../shared/json/edits';
import { isJsonObject, memberOf, type JsonObject } from '../../shared/json/json-object';
import { membersAt, valueOf, type Span } from '../../shared/json/spans';

/** The older place of the member (MCP Apps, SEP-1865). */
const FLAT_KEY = 'ui/resourceUri';

/**
 * The edits that remove the URI of a tool's user interface from its `_meta`, if the caller must not read that resource: a
 * client would read it before the tool is called.
 */
export function uiResourceEdits(
  bytes: Buffer,
  tool: Span,
  value: unknown,
  isHidden: (uri: string) => boolean,
): readonly Edit[] {
  const meta = isJsonObject(value) ? memberOf(value, '_meta') : undefined;
  if (!isJsonObject(meta)) return [];
  const ui = memberOf(meta, 'ui');
  const nested = isJsonObject(ui) && isHiddenUri(ui, 'resourceUri', isHidden);
  const flat = isHiddenUri(meta, FLAT_KEY, isHidden);
  if (!nested && !flat) return [];
  const metaSpan = valueOf(membersAt(bytes, tool.start), '_meta');
  if (!metaSpan) return [];
  const uiSpan = valueOf(membersAt(bytes, metaSpan.start), 'ui');
  return [
    ...(nested && uiSpan ? removeMember(bytes, uiSpan, 'resourceUri') : []),
    ...(flat ? removeMember(bytes, metaSpan, FLAT_KEY) : []),
  ];
}

function isHiddenUri(object: JsonObject, key: string, isHidden: (uri: string) => boolean): boolean {
  const uri = memberOf(object, key);
  return typeof uri === 'string' && isHidden(uri);
}

function removeMember(bytes: Buffer, object: Span, key: string): readonly Edit[] {
  const members = membersAt(bytes, object.start) ?? [];
  return removeItems(object, members, (index) => members[index]?.key !== key);
}
