import { type JsonObject, isJsonObject } from '../../shared/json/json-object';
import { numberOf, textOf } from '../../shared/json/lenient-json';

/** The server's JSON-RPC response to one request. */
export interface RpcResponse {
  /** The code and message of a JSON-RPC error. */
  readonly error: { readonly code: number; readonly message: string } | undefined;
  /** True if a tool reported a failure (`result.isError`). */
  readonly isToolError: boolean;
  /** The result, if it was captured completely. */
  readonly result: JsonObject | undefined;
  /** False if its end is missing or unknown. */
  readonly ended: boolean;
  /** True for an error whose request the server could not identify (JSON-RPC 2.0, 5: its id is null). */
  readonly unaddressed: boolean;
}

/** The id of a request and of its response. */
export type RequestId = string | number;

/** The id of a message; undefined if it is absent or null. */
export const idOf = ({ id }: JsonObject): RequestId | undefined =>
  typeof id === 'string' || typeof id === 'number' ? id : undefined;

/** True if the object has the members of a JSON-RPC message: a request, a notification or a response. */
export const isMessage = (value: JsonObject): boolean =>
  typeof value['method'] === 'string' || value['result'] !== undefined || value['error'] !== undefined;

/** True for a response. Requests and notifications from the server, sent on the same stream, have a method. */
export const isResponse = (value: JsonObject): boolean => value['method'] === undefined && isMessage(value);

/** @param whole false if members, or parts of them, may be missing */
export function responseOf(message: JsonObject, whole: boolean): RpcResponse {
  const result = isJsonObject(message['result']) ? message['result'] : undefined;
  return {
    error: isJsonObject(message['error']) ? errorOf(message['error']) : undefined,
    isToolError: result?.['isError'] === true,
    result: whole ? result : undefined,
    ended: whole,
    unaddressed: idOf(message) === undefined,
  };
}

const errorOf = (error: JsonObject): NonNullable<RpcResponse['error']> => ({
  code: numberOf(error['code']) ?? 0,
  message: textOf(error['message']) ?? '',
});

/**
 * The response of which only the end is known.
 *
 * @param last the members of a value whose name is missing: a result or an error
 */
export function responseOfEnd(message: JsonObject, last: JsonObject | undefined): RpcResponse {
  const named = responseOf(message, false);
  const code = numberOf(last?.['code']);
  return {
    error: named.error ?? (code !== undefined && last?.['message'] !== undefined ? errorOf(last) : undefined),
    isToolError: named.isToolError || last?.['isError'] === true,
    result: undefined,
    ended: true,
    unaddressed: false,
  };
}

/** Combines the start and the end of one response. */
export const joined = (start: RpcResponse, end: RpcResponse): RpcResponse => ({
  error: start.error,
  isToolError: start.isToolError || (start.error === undefined && end.isToolError),
  result: undefined,
  ended: true,
  unaddressed: false,
});
