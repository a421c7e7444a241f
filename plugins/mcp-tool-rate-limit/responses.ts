import type { ResponseHeaders } from '../../kong/pdk';
import { errorBody, UNAVAILABLE, type JsonRpcError } from '../shared/mcp/json-rpc/errors';
import { toolErrorBody } from '../shared/mcp/json-rpc/tool-error';
import type { MessageEntry, MessageSummary } from '../shared/mcp/message-summary';
import type { Decision, LimitStatus } from './decision';
import { toSeconds } from './headers';

/** The JSON-RPC code of a call over its limit: outside of -32768 to -32000 (2026-07-28, basic/index "Error Codes"). */
export const RATE_LIMITED = 429;

/** The form of the responses. */
export interface DenialOptions {
  readonly denial: 'http_429' | 'jsonrpc_200' | 'tool_error';
  readonly error_code: number;
  readonly error_message: string;
}

/** The HTTP response to a rejected request. */
export interface DenialResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: string;
}

/** A message of the client and the error that its response carries. */
interface MessageError {
  readonly message: MessageEntry;
  readonly error: JsonRpcError;
}

/** Longer names of tools are cut in a response. */
const MAX_NAME_LENGTH = 128;

/** The response to a request over a limit: each of its JSON-RPC requests gets a response with its id. */
export function rateLimitedResponse(
  summary: MessageSummary,
  { tightest, rejected }: Decision,
  options: DenialOptions,
): DenialResponse {
  const waitMs = tightest?.status.waitMs ?? 0;
  const retryAfter: ResponseHeaders = Number.isFinite(waitMs) ? { 'Retry-After': String(toSeconds(waitMs)) } : {};
  const errors = rejected.map(({ message, blockingLimit }) => ({
    message,
    error: errorOf(message, blockingLimit, options),
  }));
  return responseOf(summary, errors, options, retryAfter);
}

/** The response to a request that cannot be counted: always with the status 503, since nothing was decided. */
export function unavailableResponse(summary: MessageSummary, options: DenialOptions): DenialResponse {
  const error: JsonRpcError = { code: UNAVAILABLE, message: 'rate limiter unavailable, retry later' };
  const errors = summary.messages.map((message) => ({ message, error }));
  return responseOf(summary, errors, { ...options, denial: 'http_429', error_code: 503 }, { 'Retry-After': '1' });
}

function responseOf(
  { batch, revision }: MessageSummary,
  errors: readonly MessageError[],
  { denial, error_code }: DenialOptions,
  retryAfter: ResponseHeaders,
): DenialResponse {
  const responses = errors.flatMap(({ message, error }) => {
    if (message.kind !== 'request' || message.id === undefined) return [];
    const isToolError = denial === 'tool_error' && message.method === 'tools/call' && !message.task;
    return [isToolError ? toolErrorBody(message.id, error.message, revision) : errorBody(message.id, error)];
  });
  // A body without requests has no JSON-RPC response: the status rejects it, with an error without id.
  const [first = errorBody(null, errors[0]?.error ?? { code: RATE_LIMITED, message: '' })] = responses;
  return {
    status: responses.length === 0 || denial === 'http_429' ? error_code : 200,
    headers: { 'Content-Type': 'application/json', ...retryAfter },
    body: batch && responses.length > 0 ? `[${responses.join(',')}]` : first,
  };
}

function errorOf(
  message: MessageEntry,
  blockingLimit: LimitStatus | undefined,
  { error_message }: DenialOptions,
): JsonRpcError {
  if (!blockingLimit) {
    return {
      code: RATE_LIMITED,
      message: `${error_message}: not executed, another call of the batch is over its limit`,
    };
  }
  const { charge, status } = blockingLimit;
  const { limit, windowMs } = charge.window.quota;
  const retryAfter = Number.isFinite(status.waitMs) ? toSeconds(status.waitMs) : undefined;
  return {
    code: RATE_LIMITED,
    message: `${error_message}: ${adviceOf(charge.calls, limit, windowMs / 1000, retryAfter)}`,
    data: {
      limit,
      window_seconds: windowMs / 1000,
      ...(retryAfter !== undefined && { retry_after_seconds: retryAfter }),
      ...targetOf(message),
    },
  };
}

/** What the client, or the model that it serves, can do. */
function adviceOf(calls: number, limit: number, windowSeconds: number, retryAfter: number | undefined): string {
  const rule = `at most ${limit} in ${windowSeconds} seconds`;
  if (retryAfter === undefined) return `${rule}; ${calls} calls in one batch never fit, send fewer`;
  return `${rule}; try again in ${retryAfter} ${retryAfter === 1 ? 'second' : 'seconds'}`;
}

function targetOf({ method, name }: MessageEntry): object {
  if (name === undefined) return { method };
  const cut = name.slice(0, MAX_NAME_LENGTH);
  return method === 'tools/call' ? { tool: cut } : { method, name: cut };
}
