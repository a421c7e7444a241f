import type { Denial } from '../../shared/mcp/denial';
import type { LogEntry } from '../../shared/telemetry/log-entry';
import type { RpcResponse } from '../responses/rpc-response';
import { faultOfHttp, faultOfRpcError, type Fault } from './fault';

/** The outcome of a message, as metrics and logs name it. */
export type Status =
  | 'ok'
  | 'tool_error'
  | 'rpc_error'
  | 'http_4xx'
  | 'http_5xx'
  | 'denied'
  | 'timeout'
  | 'cancelled'
  | 'invalid_response'
  | 'deferred';

/** The outcome of a message, for metrics, spans and logs. */
export interface MessageOutcome {
  readonly status: Status;
  /** Who caused a failure: alerts need only those of the server. */
  readonly fault: Fault;
  /** `error.type`: a JSON-RPC code, an HTTP status, or a word from a fixed list; undefined without an error. */
  readonly errorType: string | undefined;
  /** The JSON-RPC code as text. */
  readonly code: string | undefined;
  /** The message of the error, not redacted yet. */
  readonly message: string | undefined;
}

/** The facts of the HTTP response, independent of its messages. */
export interface HttpResponseFacts {
  /** True if all of its bytes were read. */
  readonly complete: boolean;
  /** True if its end passed: neither side aborted it. */
  readonly ended: boolean;
  /** True if the client disconnected before the end. */
  readonly clientLeft: boolean;
  /** True if its form is not valid in MCP, such as an HTML page. */
  readonly foreign: boolean;
  /** True for a stream of events. */
  readonly streamed: boolean;
  /** True if the client can request the rest of the stream by the id of an event. */
  readonly resumable: boolean;
}

/** Nothing is known of the HTTP response. */
export const UNKNOWN_HTTP_RESPONSE: HttpResponseFacts = {
  complete: false,
  ended: true,
  clientLeft: false,
  foreign: false,
  streamed: false,
  resumable: false,
};

interface Facts {
  readonly entry: LogEntry;
  readonly denial: Denial | undefined;
  readonly method: string;
  /** False for a notification, which has no response. */
  readonly expectsResponse: boolean;
  readonly response: RpcResponse | undefined;
  readonly http: HttpResponseFacts;
}

/** The outcome of one message: by the rejection of a guard, its own response, and the HTTP exchange, in this order. */
export function outcomeOf({ entry, denial, method, expectsResponse, response, http }: Facts): MessageOutcome {
  if (denial) return rpcFailure('denied', 'client', denial.code, denial.reason);
  if (response?.error && !(response.unaddressed && entry.status >= 400)) {
    const { code, message } = response.error;
    return rpcFailure('rpc_error', faultOfRpcError(code, entry.status, method), code, message);
  }
  const httpOutcome = outcomeOfHttp(entry, response?.error?.message);
  if (httpOutcome) return httpOutcome;
  if (response?.isToolError) return failure('tool_error', 'none', 'tool_error');
  if (!expectsResponse) return OK;
  return response ? outcomeOfEnding(response, http) : outcomeWithoutResponse(entry, http);
}

/** {@link outcomeOf} an exchange in which no message could be read. */
export const outcomeOfExchange = (entry: LogEntry, denial: Denial | undefined): MessageOutcome =>
  outcomeOf({ entry, denial, method: '', expectsResponse: false, response: undefined, http: UNKNOWN_HTTP_RESPONSE });

/** The outcome of a message whose response has a start without an error. */
function outcomeOfEnding(response: RpcResponse, { complete, ended, clientLeft }: HttpResponseFacts): MessageOutcome {
  if (response.ended) return OK;
  if (clientLeft) return LEFT;
  if (!ended) return TRUNCATED;
  return complete ? INVALID : OK;
}

/** The outcome of a message without a response. */
function outcomeWithoutResponse({ status }: LogEntry, http: HttpResponseFacts): MessageOutcome {
  const { complete, ended, clientLeft, foreign, streamed, resumable } = http;
  // With the older transport, responses are sent on the stream that a GET opened (2024-11-05, basic/transports).
  if (status === 202) return DEFERRED;
  if (clientLeft && complete) return LEFT;
  if (resumable && complete) return DEFERRED;
  if (foreign) return INVALID;
  if (!complete) return OK;
  return streamed || !ended ? TRUNCATED : INVALID;
}

function outcomeOfHttp({ status, answeredByKong }: LogEntry, message: string | undefined): MessageOutcome | undefined {
  const failed = (word: Status, errorType: string): MessageOutcome => ({
    ...failure(word, faultOfHttp(status), errorType),
    message,
  });
  if (status === 499) return LEFT;
  if (answeredByKong && status === 504) return failed('timeout', 'timeout');
  if (answeredByKong && (status === 502 || status === 503)) return failed('http_5xx', 'upstream_unreachable');
  if (status >= 500) return failed('http_5xx', String(status));
  return status >= 400 ? failed('http_4xx', String(status)) : undefined;
}

const failure = (status: Status, fault: Fault, errorType: string | undefined): MessageOutcome => ({
  status,
  fault,
  errorType,
  code: undefined,
  message: undefined,
});

const rpcFailure = (status: Status, fault: Fault, code: number, message: string): MessageOutcome => ({
  status,
  fault,
  errorType: String(code),
  code: String(code),
  message,
});

const OK = failure('ok', 'none', undefined);
const DEFERRED = failure('deferred', 'none', undefined);
const LEFT = failure('cancelled', 'client', 'client_disconnect');
const TRUNCATED = failure('cancelled', 'server', 'stream_truncated');
const INVALID = failure('invalid_response', 'server', 'invalid_response');
