import { isJsonObject } from '../shared/json/json-object';
import { listOf, textOf } from '../shared/json/lenient-json';
import { isNamingMethod, type NamingMethod, type KnownNames } from '../shared/mcp/known-names';
import type { Operation } from './operation';

/** The lists that name what a server offers: the member of their results, and the method that uses the names. */
const LISTS: ReadonlyMap<string, { readonly member: string; readonly by: NamingMethod }> = new Map([
  ['tools/list', { member: 'tools', by: 'tools/call' }],
  ['prompts/list', { member: 'prompts', by: 'prompts/get' }],
]);

/** The names in the answer to a list of tools or prompts. */
export function namesListedIn({ message, answer }: Operation): readonly string[] {
  const list = LISTS.get(message.method);
  if (!list) return [];
  const names = listOf(answer?.result?.[list.member]).map((one) =>
    isJsonObject(one) ? textOf(one['name']) : undefined,
  );
  return names.filter((name) => name !== undefined);
}

/** Did the server do as asked? */
export const isProven = ({ answer }: Operation): boolean => answer?.result !== undefined && !answer.isToolError;

/** Tells what an answer shows of the server's tools and prompts to the plugins that see requests. */
export function tellOffered(offered: KnownNames, operation: Operation): void {
  const { entry, message } = operation;
  const { method, name } = message;
  const list = LISTS.get(method);
  if (list) {
    const names = namesListedIn(operation);
    if (names.length > 0) offered.addListed(entry.service.name, list.by, names);
  } else if (isNamingMethod(method) && name !== undefined && isProven(operation)) {
    offered.addConfirmed(entry.service.name, method, name);
  }
}
