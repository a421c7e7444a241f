import type { LogRecord } from '../../pdk';

/** What one entry of Kong's log contains for the log phases of plugins. */
export interface ParsedEntry {
  /** Kong's id of the request; undefined if the entry has none. */
  readonly requestId: string | undefined;
  /** Kong's log entry: the value of `kong.log.serialize()`. */
  readonly logEntry: LogRecord;
  /** The values of `kong.ctx.shared` that the entry carries; keys come from a client's JSON, so only own members count. */
  readonly shared: LogRecord;
}

/** The field of the entry that the Lua function for http-log fills in. */
export const SHARED_FIELD = 'ctx_shared';

/** A longer one is not an id of Kong, which has 32 characters. */
const MAX_ID_LENGTH = 128;

type JsonRecord = Record<string, unknown>;

const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const NOTHING: LogRecord = {};

/** Parses an entry; undefined if it is not a JSON object. Never throws: the text contains client data. */
export function parseEntry(text: string): ParsedEntry | undefined {
  let entry: unknown;
  try {
    entry = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(entry)) return undefined;
  const shared = entry[SHARED_FIELD];
  // Not deleted: objects without a member that they had are slower.
  if (shared !== undefined) entry[SHARED_FIELD] = undefined;
  // Most entries have no such number.
  if (isRecord(shared) && text.includes(EXACT_NUMBER)) restoreNumbers(shared);
  const id = isRecord(entry['request']) ? entry['request']['id'] : undefined;
  return {
    requestId: typeof id === 'string' && id !== '' && id.length <= MAX_ID_LENGTH ? id : undefined,
    logEntry: entry,
    shared: isRecord(shared) ? shared : NOTHING,
  };
}

/**
 * Kong's JSON encoder keeps 14 digits; the Lua function writes a number that needs more as
 * `{"$number":"9007199254740991"}`.
 */
const EXACT_NUMBER = '"$number"';

/** Replaces the numbers that are written as text. The value was parsed from JSON, so it has no cycles. */
function restoreNumbers(container: JsonRecord | unknown[]): void {
  const members = container as JsonRecord;
  for (const key of Object.keys(members)) {
    const member = members[key];
    if (typeof member !== 'object' || member === null) continue;
    const digits = isRecord(member) ? member['$number'] : undefined;
    if (typeof digits === 'string') members[key] = Number(digits);
    else restoreNumbers(member as JsonRecord);
  }
}
