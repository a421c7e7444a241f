import { type JsonObject, isJsonObject } from '../../shared/json/json-object';
import { numberOf, textOf } from '../../shared/json/lenient-json';

/** The server's response to one request. */
export interface RpcResponse {
  /** The JSON-RPC error's code and message. */
  readonly error: { readonly code: number; readonly message: string } | undefined;
  /** True when a tool says that it failed (`result.isError`). */
  readonly isToolError: boolean;
  /** The result, where it was captured whole. */
  readonly result: JsonObject | undefined;
  /** False when its end did not come, or is not known. */
  readonly ended: boolean;
  /** True for an error whose request the server could not tell (JSON-RPC 2.0, 5: its id is null). */
  readonly unaddressed: boolean;
}

/** The id of a request and of its response. */
export type RequestId = string | number;

/** The id that a message names; undefined: none, or null. */
export const idOf = ({ id }: JsonObject): RequestId | undefined =>
  typeof id === 'string' || typeof id === 'number' ? id : undefined;

/** True for what has the members of a JSON-RPC message: a request, a notification or an response. */
export const isMessage = (value: JsonObject): boolean =>
  typeof value['method'] === 'string' || value['result'] !== undefined || value['error'] !== undefined;

/** True for an response. Requests and notifications of the server pass by on the same stream: they have a method. */
export const isResponse = (value: JsonObject): boolean => value['method'] === undefined && isMessage(value);

/** @param whole false when members may be missing, or deeper ones are */
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

/** The response by what its end holds, without its start: either a result or an error, whose name is missing. */
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

/** What two parts of one response say together. */
export const joined = (start: RpcResponse, end: RpcResponse): RpcResponse => ({
  error: start.error,
  isToolError: start.isToolError || (start.error === undefined && end.isToolError),
  result: undefined,
  ended: true,
  unaddressed: false,
});
