import type { ResponseHeaders } from '../../kong/pdk';
import { errorBody, UNAVAILABLE, type JsonRpcError } from '../shared/mcp/json-rpc/errors';
import { toolErrorBody } from '../shared/mcp/json-rpc/tool-error';
import type { MessageEntry, MessageSummary } from '../shared/mcp/message-summary';
import type { Standing, Verdict } from './decision';
import { toSeconds } from './headers';

/** The JSON-RPC code of a refusal by a limit: outside of -32768 to -32000 (2026-07-28, basic/index "Error Codes"). */
export const RATE_LIMITED = 429;

/** How refusals are answered. */
export interface DenialOptions {
  readonly denial: 'http_429' | 'jsonrpc_200' | 'tool_error';
  readonly error_code: number;
  readonly error_message: string;
}

/** An HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: string;
}

/** Longer names of tools are cut in an answer. */
const MAX_NAME_LENGTH = 128;

/** Answers a request that is over a limit: each of its JSON-RPC requests gets an answer with its id. */
export function denialAnswer(summary: MessageSummary, verdict: Verdict, options: DenialOptions): Answer {
  const waitMs = verdict.tightest?.reading.waitMs ?? 0;
  const retryAfter: ResponseHeaders = Number.isFinite(waitMs) ? { 'Retry-After': String(toSeconds(waitMs)) } : {};
  const errors = summary.messages.map((message, i) => errorOf(message, verdict.culprits[i], options));
  return answer(summary, errors, options, retryAfter);
}

/** Answers a request whose counters can't be reached: always with the status, since nothing was decided. */
export function unavailableAnswer(summary: MessageSummary, options: DenialOptions): Answer {
  const error: JsonRpcError = { code: UNAVAILABLE, message: 'Rate limits can not be checked now' };
  const errors = summary.messages.map(() => error);
  return answer(summary, errors, { ...options, denial: 'http_429', error_code: 503 }, { 'Retry-After': '1' });
}

function answer(
  { batch, messages, revision }: MessageSummary,
  errors: readonly JsonRpcError[],
  { denial, error_code }: DenialOptions,
  retryAfter: ResponseHeaders,
): Answer {
  const replies = messages.flatMap((message, i) => {
    const error = errors[i] as JsonRpcError;
    if (message.kind !== 'request' || message.id === undefined) return [];
    const asResult = denial === 'tool_error' && message.method === 'tools/call' && !message.task;
    return [asResult ? toolErrorBody(message.id, error.message, revision) : errorBody(message.id, error)];
  });
  // What has no answer of its own is refused by the status alone, with an error that names no request.
  const [only = errorBody(null, errors[0] ?? { code: RATE_LIMITED, message: '' })] = replies;
  return {
    status: replies.length === 0 || denial === 'http_429' ? error_code : 200,
    headers: { 'Content-Type': 'application/json', ...retryAfter },
    body: batch && replies.length > 0 ? `[${replies.join(',')}]` : only,
  };
}

function errorOf(message: MessageEntry, culprit: Standing | undefined, { error_message }: DenialOptions): JsonRpcError {
  if (!culprit) {
    return { code: RATE_LIMITED, message: `${error_message}: not carried out, another call of the batch is over it` };
  }
  const { charge, reading } = culprit;
  const { limit, windowMs } = charge.window.quota;
  const retryAfter = Number.isFinite(reading.waitMs) ? toSeconds(reading.waitMs) : undefined;
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

/** What a client, or the model that it serves, can do. */
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
