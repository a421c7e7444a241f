import { isJsonObject, memberOf, type JsonObject } from '../../json/json-object';
import { INVALID_REQUEST } from './errors';
import type { Fault } from './fault';
import type { ParsedMessage, RequestId } from './message';

const PLAIN_INTEGER = /^-?(?:0|[1-9]\d*)$/;
const MEMBERS = new Set(['jsonrpc', 'id', 'method', 'params', 'result', 'error']);

/** The faults of a message: reason and text. */
const FAULTS = {
  notAnObject: ['not_an_object', 'A message must be a JSON object'],
  jsonrpc: ['invalid_jsonrpc', '/jsonrpc must be "2.0"'],
  id: ['invalid_id', '/id must be a string or an integer without fraction or exponent, between -(2^53-1) and 2^53-1'],
  noId: ['invalid_id', '/id is missing'],
  method: ['invalid_method', '/method must be a string'],
  params: ['invalid_params', '/params must be an object'],
  response: ['invalid_response', 'A response must have either /result or /error, and no /method'],
  result: ['invalid_response', '/result must be an object'],
  error: ['invalid_response', '/error must be an object with an integer code and a string message'],
  unknown: [
    'unknown_member',
    'The message must have no members except jsonrpc, id, method and params, or result or error',
  ],
} as const;

type FaultName = keyof typeof FAULTS;

/**
 * Parses a JSON value as a JSON-RPC message; returns a fault if it is not one. Never throws.
 *
 * Members that the protocol does not define are rejected, since readers that ignore case take `Method` for `method`.
 *
 * @param idLexeme the spelling of a numeric id: `1e2` and `7.0` are integers to some readers and come back changed
 * @param where names the message in the text of a fault, such as `message 2 of the batch: `
 */
export function parseMessage(value: unknown, idLexeme: string | undefined, where = ''): ParsedMessage | Fault {
  const parsed = parse(value, idLexeme);
  if (typeof parsed !== 'string') return parsed;
  const [reason, text] = FAULTS[parsed];
  return { reason, code: INVALID_REQUEST, message: `Invalid request: ${where}${text}`, status: 400 };
}

/** True if {@link parseMessage} returned a fault. */
export const isFault = (parsed: ParsedMessage | Fault): parsed is Fault => 'reason' in parsed;

function parse(value: unknown, idLexeme: string | undefined): ParsedMessage | FaultName {
  if (!isJsonObject(value)) return 'notAnObject';
  for (const name of Object.keys(value)) if (!MEMBERS.has(name)) return 'unknown';
  if (memberOf(value, 'jsonrpc') !== '2.0') return 'jsonrpc';
  const hasId = Object.hasOwn(value, 'id');
  const id = hasId ? readableId(value, idLexeme) : undefined;
  if (hasId && id === undefined) return 'id';
  return Object.hasOwn(value, 'method') ? parseCall(value, id) : parseResponse(value, id);
}

/** The id to echo in an error about this value: the id of a request if it can be read, else null (JSON-RPC 2.0, section 5). */
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

function parseCall(value: JsonObject, id: RequestId | undefined): ParsedMessage | FaultName {
  if (Object.hasOwn(value, 'result') || Object.hasOwn(value, 'error')) return 'response';
  const method = memberOf(value, 'method');
  if (typeof method !== 'string') return 'method';
  const params = memberOf(value, 'params');
  if (params !== undefined && !isJsonObject(params)) return 'params';
  // Four literals: spreads of optional members are slow, and this code runs for every request.
  if (id === undefined) return params ? { kind: 'notification', method, params } : { kind: 'notification', method };
  return params ? { kind: 'request', id, method, params } : { kind: 'request', id, method };
}

function parseResponse(value: JsonObject, id: RequestId | undefined): ParsedMessage | FaultName {
  const hasResult = Object.hasOwn(value, 'result');
  if (hasResult === Object.hasOwn(value, 'error') || Object.hasOwn(value, 'params')) return 'response';
  if (hasResult) {
    if (id === undefined) return 'noId';
    return isJsonObject(value['result']) ? { kind: 'response', id } : 'result';
  }
  const { error } = value;
  const isError =
    isJsonObject(error) && Number.isInteger(memberOf(error, 'code')) && typeof memberOf(error, 'message') === 'string';
  return isError ? { kind: 'response', ...(id !== undefined && { id }) } : 'error';
}
