/** What a case is compared by. */
export interface Normal {
  readonly responses: readonly { readonly statusLine: string }[];
  readonly upstream: readonly object[];
  readonly log: readonly unknown[];
  /** What the gateway replied to the plugin server. */
  readonly replies?: unknown;
}

/** What belongs to one side only. */
export interface Place {
  readonly host: string;
  readonly logFile: string;
}

/** Headers whose value differs from request to request. */
const VARIABLE =
  /^(?:date|x-kong-(?:request-id|proxy-latency|upstream-latency|response-latency)|x-request-id|ratelimit-reset|retry-after)$/i;

/** Replaces what differs between two requests in any case; sorts the headers by name, since nginx and Node differ there. */
export function normalHeaders(headers: readonly (readonly [string, string])[], place: Place): string[] {
  return headers
    .map(([name, value]) => `${name}: ${VARIABLE.test(name) ? shapeOf(value) : normalText(value, place)}`)
    .sort((one, other) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1));
}

const shapeOf = (value: string): string => (/^\d+$/.test(value) ? '<number>' : value === '' ? '' : '<text>');

/** Replaces request ids and addresses in a body. */
export const normalText = (text: string, { host }: Place): string =>
  text.replaceAll(/\b[\da-f]{32}\b/g, '<request id>').replaceAll(host, '<gateway>');

/** Replies to a plugin server: bytes as text, headers without what differs between two requests. */
export function normalReplies(value: unknown, host: string): unknown {
  const place = { host, logFile: '' };
  if (value instanceof Uint8Array) return normalText(Buffer.from(value).toString('latin1'), place);
  if (Array.isArray(value)) {
    const members: unknown[] = value.map((member) => normalReplies(member, host));
    return members.every(isEntry) ? normalEntries(members) : members;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, normalReplies(member, host)]));
}

interface Entry {
  readonly key: string;
  readonly value: unknown;
}

const isEntry = (member: unknown): member is Entry => typeof (member as Partial<Entry> | null)?.key === 'string';

const normalEntries = (entries: readonly Entry[]): Entry[] =>
  entries
    .map(({ key, value }) => ({ key, value: VARIABLE.test(key) ? '<text>' : value }))
    .sort((one, other) => (one.key < other.key ? -1 : 1));

/** Fields of a log entry with times, ids and sizes; only their presence and type are compared. */
const VARIABLE_FIELDS = new Set([
  ...['id', 'started_at', 'size', 'kong', 'proxy', 'request', 'receive', 'created_at', 'updated_at', 'correlation_id'],
  ...['balancer_start', 'balancer_start_ns', 'balancer_latency', 'balancer_latency_ns'],
]);

/** A log entry without what differs between two requests in any case. */
export function normalEntry(value: unknown, place: Place, key = ''): unknown {
  if (Array.isArray(value)) return value.map((member) => normalEntry(member, place, key));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
    return Object.fromEntries(entries.map(([name, member]) => [name, normalEntry(member, place, name)]));
  }
  if (VARIABLE_FIELDS.has(key) || VARIABLE.test(key)) return `<${typeof value}>`;
  return typeof value === 'string' ? normalText(value, place) : value;
}
