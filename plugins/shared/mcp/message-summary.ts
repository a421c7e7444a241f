import { isJsonObject } from '../json/json-object';
import { isRevision, type Revision } from './revisions';

/** What mcp-validator shares with later plugins about the messages in a request body. */
export interface MessageSummary {
  readonly revision?: Revision;
  /** The body was a JSON array. */
  readonly batch: boolean;
  readonly messages: readonly MessageEntry[];
}

/** The summary of a request without messages, or whose body was not read. */
export const NO_MESSAGES: MessageSummary = { batch: false, messages: [] };

/** One JSON-RPC message of the client. */
export interface MessageEntry {
  readonly kind: 'request' | 'notification' | 'response';
  readonly id?: string | number;
  readonly method?: string;
  /** What the method acts on: a tool's or prompt's name, a resource's URI. */
  readonly name?: string;
  /** True if the call runs as a task: its response is a task or an error, never a plain result (2025-11-25, basic/utilities/tasks). */
  readonly task?: true;
}

/** The key of the summary in `kong.ctx.shared`. */
export const SUMMARY_KEY = 'mcp';

type SharedEntry = Readonly<Record<string, string | number | true>>;
type SharedSummary = Readonly<Record<string, string | true | readonly SharedEntry[]>>;

/** What was converted last: mostly the next part of a composed plugin reads it, and need not check it again. */
let last: { readonly shared: SharedSummary; readonly summary: MessageSummary } | undefined;

/** Converts a summary for `kong.ctx.shared`: no `false`, no null; Lua code can read it too. */
export function summaryToShared(summary: MessageSummary): SharedSummary {
  const { revision, batch, messages } = summary;
  const entries = messages.map((message) => ({ ...message }));
  const withMessages = revision ? { revision, messages: entries } : { messages: entries };
  const shared = batch ? { ...withMessages, batch } : withMessages;
  last = { shared, summary };
  return shared;
}

/** Reads a summary that {@link summaryToShared} wrote; undefined for other values, since other plugins can write the key too. */
export function summaryFromShared(value: unknown): MessageSummary | undefined {
  if (last && last.shared === value) return last.summary;
  if (!isJsonObject(value)) return undefined;
  const { revision, batch, messages } = value;
  // Lua has no empty list: it comes back as an empty record.
  const list = Array.isArray(messages) ? (messages as unknown[]) : isJsonObject(messages) ? [] : undefined;
  if (!list) return undefined;
  const entries = list.map(toEntry);
  if (!entries.every((entry) => entry !== undefined)) return undefined;
  return { ...(isRevision(revision) && { revision }), batch: batch === true, messages: entries };
}

function toEntry(value: unknown): MessageEntry | undefined {
  if (!isJsonObject(value)) return undefined;
  const { kind, id, method, name, task } = value;
  if (kind !== 'request' && kind !== 'notification' && kind !== 'response') return undefined;
  return {
    kind,
    ...((typeof id === 'string' || typeof id === 'number') && { id }),
    ...(typeof method === 'string' && { method }),
    ...(typeof name === 'string' && { name }),
    ...(task === true && { task }),
  };
}
