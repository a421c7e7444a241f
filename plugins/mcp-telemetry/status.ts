import type { Denial } from '../shared/denial';
import type { LogEntry } from '../shared/log-entry';
import type { Answer } from './answers';

/** What became of a message, in the words of the metrics. */
export type Status = 'ok' | 'tool_error' | 'rpc_error' | 'http_4xx' | 'http_5xx' | 'denied' | 'timeout' | 'cancelled';

/** What became of a message, for metrics and span. */
export interface Verdict {
  readonly status: Status;
  /** `error.type`: a JSON-RPC code, an HTTP status, or a word of a fixed list; undefined: no error. */
  readonly errorType: string | undefined;
  /** The JSON-RPC code as text. */
  readonly code: string | undefined;
  /** What the error said; not yet redacted. */
  readonly message: string | undefined;
}

interface Facts {
  readonly entry: LogEntry;
  readonly denial: Denial | undefined;
  /** False for a notification, which nothing answers. */
  readonly expectsAnswer: boolean;
  readonly answer: Answer | undefined;
  /** True when the response was captured whole. */
  readonly responseComplete: boolean;
  /** True when the client left before the end of the response. */
  readonly clientLeft?: boolean;
}

/** Judges one message by the refusal of a guard, its own answer, and the HTTP exchange, in this order. */
export function judge({ entry, denial, expectsAnswer, answer, responseComplete, clientLeft }: Facts): Verdict {
  if (denial) return rpcFailure('denied', denial.code, denial.reason);
  if (answer?.error) return rpcFailure('rpc_error', answer.error.code, answer.error.message);
  const http = judgeHttp(entry);
  if (http) return http;
  if (answer?.isToolError) return failure('tool_error', 'tool_error');
  // A stream that ended before the answer: the client left, or the server broke off.
  if (expectsAnswer && !answer && responseComplete) {
    return failure('cancelled', clientLeft ? 'client_disconnect' : 'stream_truncated');
  }
  return { status: 'ok', errorType: undefined, code: undefined, message: undefined };
}

function judgeHttp({ status, answeredByKong }: LogEntry): Verdict | undefined {
  if (status === 499) return failure('cancelled', 'client_disconnect');
  if (answeredByKong && status === 504) return failure('timeout', 'timeout');
  if (answeredByKong && (status === 502 || status === 503)) return failure('http_5xx', 'upstream_unreachable');
  if (status >= 500) return failure('http_5xx', String(status));
  return status >= 400 ? failure('http_4xx', String(status)) : undefined;
}

const failure = (status: Status, errorType: string): Verdict => ({
  status,
  errorType,
  code: undefined,
  message: undefined,
});

const rpcFailure = (status: Status, code: number, message: string): Verdict => ({
  status,
  errorType: String(code),
  code: String(code),
  message,
});
