import { isJsonObject } from '../../shared/json/json-object';
import { listOf, textOf } from '../../shared/json/lenient-json';
import { isNamingMethod, type NamingMethod, type AnnouncedNames } from '../../shared/mcp/announced-names';
import type { Operation } from '../operations/operation';

/** The methods that list names: the member of their results, and the method that uses the names. */
const LISTS: ReadonlyMap<string, { readonly member: string; readonly by: NamingMethod }> = new Map([
  ['tools/list', { member: 'tools', by: 'tools/call' }],
  ['prompts/list', { member: 'prompts', by: 'prompts/get' }],
]);

/** The names in the response to `tools/list` or `prompts/list`. */
export function announcedNamesIn({ message, response }: Operation): readonly string[] {
  const list = LISTS.get(message.method);
  if (!list) return [];
  const names = listOf(response?.result?.[list.member]).map((one) =>
    isJsonObject(one) ? textOf(one['name']) : undefined,
  );
  return names.filter((name) => name !== undefined);
}

/** True if the response is a result without a tool error. */
export const isSuccessful = ({ response }: Operation): boolean =>
  response?.result !== undefined && !response.isToolError;

/** Records the tools and prompts that a response proves to exist, for the plugins that check requests. */
export function recordAnnounced(announced: AnnouncedNames, operation: Operation): void {
  const { entry, message } = operation;
  const { method, name } = message;
  const list = LISTS.get(method);
  if (list) {
    const names = announcedNamesIn(operation);
    if (names.length > 0) announced.addListed(entry.service.name, list.by, names);
  } else if (isNamingMethod(method) && name !== undefined && isSuccessful(operation)) {
    announced.addConfirmed(entry.service.name, method, name);
  }
}
