import { memberOf, type JsonObject, type ParsedMessage } from './json-rpc/message';
import type { MessageEntry, MessageSummary } from './message-summary';
import type { Revision } from './revisions';

/** The member of `params` that says what a method acts on; the same that 2026-07-28 mirrors in `Mcp-Name`. */
const TARGET_MEMBER: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['resources/subscribe', 'uri'],
  ['resources/unsubscribe', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/result', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

/** The member of a method's params that says what it acts on; undefined for a method that acts on nothing named. */
export const targetMemberOf = (method: string): string | undefined => TARGET_MEMBER.get(method);

/** What a call acts on: a tool's or prompt's name, a resource's URI, a task's id; undefined where nothing is named. */
export function targetOf(method: string, params: JsonObject | undefined): string | undefined {
  const member = TARGET_MEMBER.get(method);
  const target = member !== undefined && params ? memberOf(params, member) : undefined;
  return typeof target === 'string' ? target : undefined;
}

/** The summary of parsed messages; holds no content besides ids, methods and names, and whether a call is to run as a task. */
export function summarizeMessages(
  messages: readonly ParsedMessage[],
  batch: boolean,
  revision: Revision | undefined,
): MessageSummary {
  const entries = messages.map(toEntry);
  return revision === undefined ? { batch, messages: entries } : { revision, batch, messages: entries };
}

/** On the path of every request: no spreads of what may be absent, which cost more than all the rest. */
function toEntry(message: ParsedMessage): MessageEntry {
  const { kind } = message;
  if (kind === 'response') return message.id === undefined ? { kind } : { kind, id: message.id };
  const { method } = message;
  const name = targetOf(method, message.params);
  if (kind === 'notification') return name === undefined ? { kind, method } : { kind, method, name };
  const { id } = message;
  if (method === 'tools/call' && message.params && Object.hasOwn(message.params, 'task')) {
    return name === undefined ? { kind, id, method, task: true } : { kind, id, method, name, task: true };
  }
  return name === undefined ? { kind, id, method } : { kind, id, method, name };
}
