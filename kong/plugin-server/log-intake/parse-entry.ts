/** What one entry of Kong's log contains for the log phases of plugins. */
export interface ParsedEntry {
  /** Kong's id of the request; undefined if the entry has none. */
  readonly requestId: string | undefined;
  /** Kong's log entry as JSON text: the value of `kong.log.serialize()`. */
  readonly logEntry: string;
  /** The values of `kong.ctx.shared` that the entry carries. */
  readonly shared: ReadonlyMap<string, unknown>;
}

/** The field of the entry that `custom_fields_by_lua` of http-log fills in. */
export const SHARED_FIELD = 'ctx_shared';

/** A longer one is not an id of Kong, which has 32 characters. */
const MAX_ID_LENGTH = 128;

type JsonRecord = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Parses an entry; undefined if it is not a JSON object. Never throws: the text contains client data. */
export function parseEntry(text: string): ParsedEntry | undefined {
  let entry: unknown;
  try {
    entry = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(entry)) return undefined;
  const { [SHARED_FIELD]: shared, ...logEntry } = entry;
  const id = isRecord(entry['request']) ? entry['request']['id'] : undefined;
  return {
    requestId: typeof id === 'string' && id !== '' && id.length <= MAX_ID_LENGTH ? id : undefined,
    logEntry: JSON.stringify(logEntry),
    shared: new Map(isRecord(shared) ? Object.entries(shared).map(([key, value]) => [key, exact(value)]) : []),
  };
}

/**
 * The value with its exact numbers. Kong's JSON encoder keeps 14 digits; the Lua function writes a number that needs more
 * as `{"$number":"9007199254740991"}`.
 */
function exact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(exact);
  if (!isRecord(value)) return value;
  const { $number: digits } = value;
  if (typeof digits === 'string') return Number(digits);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, exact(member)]));
}
