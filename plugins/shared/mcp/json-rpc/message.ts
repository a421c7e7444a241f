import { isJsonObject, memberOf, type JsonObject } from '../../json/json-object';

/** A request id that survives every JSON reader: a string, or an integer in its plain spelling. */
export type RequestId = string | number;

/** One JSON-RPC 2.0 message of a client, in the narrower form that MCP allows. */
export type ParsedMessage = ParsedRequest | ParsedNotification | ParsedResponse;

/** What is to be answered. */
export interface ParsedRequest {
  readonly kind: 'request';
  readonly id: RequestId;
  readonly method: string;
  readonly params?: JsonObject;
}

/** What has no answer. */
export interface ParsedNotification {
  readonly kind: 'notification';
  readonly method: string;
  readonly params?: JsonObject;
}

/** The client's answer to a request of the server. */
interface ParsedResponse {
  readonly kind: 'response';
  /** Absent in an error that answers no known request; revisions before 2025-11-25 demand it. */
  readonly id?: RequestId;
}

/** What is wrong with the shape of a message: the reason as a fixed word, and what to mend. */
export interface ShapeFault {
  readonly reason: ShapeFaultReason;
  readonly message: string;
}

/** The fixed words for what is wrong with the shape of a message. */
export type ShapeFaultReason =
  | 'not_an_object'
  | 'invalid_jsonrpc'
  | 'invalid_id'
  | 'invalid_method'
  | 'invalid_params'
  | 'invalid_response'
  | 'unknown_member';

const PLAIN_INTEGER = /^-?(?:0|[1-9]\d*)$/;
const MEMBERS = new Set(['jsonrpc', 'id', 'method', 'params', 'result', 'error']);

const fault = (reason: ShapeFaultReason, message: string): ShapeFault => ({ reason, message });

const FAULTS = {
  notAnObject: fault('not_an_object', 'A message must be a JSON object'),
  jsonrpc: fault('invalid_jsonrpc', '/jsonrpc must be "2.0"'),
  id: fault('invalid_id', '/id must be a string or an integer in plain spelling, at most 2^53-1 in size'),
  noId: fault('invalid_id', '/id is missing'),
  method: fault('invalid_method', '/method must be a string'),
  params: fault('invalid_params', '/params must be an object'),
  response: fault('invalid_response', 'A response must have either /result or /error, and no /method'),
  result: fault('invalid_response', '/result must be an object'),
  error: fault('invalid_response', '/error must be an object with an integer code and a string message'),
  unknown: fault(
    'unknown_member',
    'The message has a member besides jsonrpc, id, method and params, or result or error',
  ),
} as const;

/**
 * Tells what a JSON value is as a JSON-RPC message, or what is wrong with it; never throws.
 *
 * `idLexeme` is the spelling of a numeric id: `1e2` and `7.0` are integers to some readers and come back changed.
 * Members beyond the protocol's are refused, since readers that fold case take `Method` for `method`.
 */
export function parseMessage(value: unknown, idLexeme: string | undefined): ParsedMessage | ShapeFault {
  if (!isJsonObject(value)) return FAULTS.notAnObject;
  for (const name of Object.keys(value)) if (!MEMBERS.has(name)) return FAULTS.unknown;
  if (memberOf(value, 'jsonrpc') !== '2.0') return FAULTS.jsonrpc;
  const hasId = Object.hasOwn(value, 'id');
  const id = hasId ? readableId(value, idLexeme) : undefined;
  if (hasId && id === undefined) return FAULTS.id;
  return Object.hasOwn(value, 'method') ? parseCall(value, id) : parseResponse(value, id);
}

/** True when {@link parseMessage} found a fault. */
export const isShapeFault = (parsed: ParsedMessage | ShapeFault): parsed is ShapeFault => 'reason' in parsed;

/**
 * The id to echo in an error about this value: the one of a request that can be read as such, else null
 * (JSON-RPC 2.0, section 5).
 */
export function idToEcho(value: unknown, idLexeme: string | undefined): RequestId | null {
  if (!isJsonObject(value) || typeof memberOf(value, 'method') !== 'string') return null;
  return readableId(value, idLexeme) ?? null;
}

function readableId(value: JsonObject, idLexeme: string | undefined): RequestId | undefined {
  const id = memberOf(value, 'id');
  if (typeof id === 'string') return id;
  const isPlain = Number.isSafeInteger(id) && idLexeme !== undefined && PLAIN_INTEGER.test(idLexeme);
  return isPlain ? (id as number) : undefined;
}

function parseCall(value: JsonObject, id: RequestId | undefined): ParsedMessage | ShapeFault {
  if (Object.hasOwn(value, 'result') || Object.hasOwn(value, 'error')) return FAULTS.response;
  const method = memberOf(value, 'method');
  if (typeof method !== 'string') return FAULTS.method;
  const params = memberOf(value, 'params');
  if (params !== undefined && !isJsonObject(params)) return FAULTS.params;
  // Four literals: spreads of what may be absent are slow, and this is on the path of every request.
  if (id === undefined) return params ? { kind: 'notification', method, params } : { kind: 'notification', method };
  return params ? { kind: 'request', id, method, params } : { kind: 'request', id, method };
}

function parseResponse(value: JsonObject, id: RequestId | undefined): ParsedMessage | ShapeFault {
  const hasResult = Object.hasOwn(value, 'result');
  if (hasResult === Object.hasOwn(value, 'error') || Object.hasOwn(value, 'params')) return FAULTS.response;
  if (hasResult) {
    if (id === undefined) return FAULTS.noId;
    return isJsonObject(value['result']) ? { kind: 'response', id } : FAULTS.result;
  }
  const { error } = value;
  const isError =
    isJsonObject(error) && Number.isInteger(memberOf(error, 'code')) && typeof memberOf(error, 'message') === 'string';
  return isError ? { kind: 'response', ...(id !== undefined && { id }) } : FAULTS.error;
}
