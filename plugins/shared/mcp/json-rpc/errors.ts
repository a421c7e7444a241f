import type { ParsedMessage, RequestId } from './message';

/** The error codes of JSON-RPC 2.0, section 5.1. */
export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;

/**
 * A service that the decision depends on is unavailable. Outside of the reserved range -32768 to -32000 (2026-07-28,
 * basic/index "Error Codes").
 */
export const UNAVAILABLE = 503;

/** The length of the longest error message, in UTF-16 code units. */
export const MAX_MESSAGE_LENGTH = 256;

/** The `error` member of a JSON-RPC response. */
export interface JsonRpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** The error response to one request, as JSON text; `id` is null if the request has none that can be read. */
export function errorBody(id: RequestId | null, error: JsonRpcError): string {
  return JSON.stringify(toResponse(id, error));
}

/**
 * The response to a rejected batch, as JSON text: one error for each of its requests.
 *
 * @param isFailing true for the index of a message that gets `error`; all others get `other`
 * @returns undefined if the batch has no request that expects a response
 */
export function batchErrorBody(
  messages: readonly ParsedMessage[],
  isFailing: (index: number) => boolean,
  error: JsonRpcError,
  other: JsonRpcError,
): string | undefined {
  const responses = messages.flatMap((message, index) =>
    message.kind === 'request' ? [toResponse(message.id, isFailing(index) ? error : other)] : [],
  );
  return responses.length > 0 ? JSON.stringify(responses) : undefined;
}

function toResponse(id: RequestId | null, { code, message, data }: JsonRpcError): object {
  const error = { code, message: message.slice(0, MAX_MESSAGE_LENGTH), ...(data !== undefined && { data }) };
  return { jsonrpc: '2.0', id, error };
}
