import type { ParsedMessage, RequestId } from './message';

/** The error codes of JSON-RPC 2.0, section 5.1. */
export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;

/** What is needed for a decision is not to be had now; outside of -32768 to -32000 (2026-07-28, basic/index "Error Codes"). */
export const UNAVAILABLE = 503;

/** The longest error message that we send, in characters. */
export const MAX_MESSAGE_LENGTH = 256;

/** An error as JSON-RPC writes it. */
export interface JsonRpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** The answer to one request, as JSON text; `id` is null when the request has none that can be read. */
export function errorBody(id: RequestId | null, error: JsonRpcError): string {
  return JSON.stringify(toResponse(id, error));
}

/**
 * The answer to a batch of which nothing was carried out, as JSON text: one error for each of its requests, `error`
 * for those that `isCulprit` names and `other` for the rest. Undefined when the batch holds no request to answer.
 */
export function batchErrorBody(
  messages: readonly ParsedMessage[],
  isCulprit: (index: number) => boolean,
  error: JsonRpcError,
  other: JsonRpcError,
): string | undefined {
  const responses = messages.flatMap((message, index) =>
    message.kind === 'request' ? [toResponse(message.id, isCulprit(index) ? error : other)] : [],
  );
  return responses.length > 0 ? JSON.stringify(responses) : undefined;
}

function toResponse(id: RequestId | null, { code, message, data }: JsonRpcError): object {
  const error = { code, message: message.slice(0, MAX_MESSAGE_LENGTH), ...(data !== undefined && { data }) };
  return { jsonrpc: '2.0', id, error };
}
