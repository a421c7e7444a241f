import { targetOf } from './call-targets';
import type { ParsedMessage } from './json-rpc/message';
import type { MessageEntry, MessageSummary } from './message-summary';
import type { Revision } from './revisions';

/** The summary of parsed messages: ids, methods, targets, and whether a call runs as a task; no other content. */
export function summarizeMessages(
  messages: readonly ParsedMessage[],
  batch: boolean,
  revision: Revision | undefined,
): MessageSummary {
  const entries = messages.map(toEntry);
  return revision === undefined ? { batch, messages: entries } : { revision, batch, messages: entries };
}

/** Runs for every message: object spreads of optional members cost more than everything else here. */
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
