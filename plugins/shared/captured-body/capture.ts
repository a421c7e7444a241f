import { numberOf, textOf } from '../json/lenient-json';

/**
 * The bytes that the Lua functions of kong.yml kept of an exchange while they streamed past (`kong.ctx.shared.capture`).
 *
 * Lua writes one table, in its `log` function, so that an exchange that was broken off is told of as well:
 *
 * - `request`: the first bytes of the request's body, base64; `request_tail`: its last ones after `request`, base64,
 *   absent where `request` holds all; `request_bytes`: how many it had in all. For a body that nginx wrote to a file: no
 *   `request`, and the size where it is known.
 * - `head`: the first bytes of the response's body, base64; `tail`: its last ones after `head`, base64, empty where
 *   `head` holds all. What lay between is lost when the response was longer than both.
 * - `middle`: the bytes between `head` and `tail` of an answer to `tools/list`, base64, up to a bound of its own; absent
 *   for any other exchange.
 * - `response_bytes`: how many passed in all.
 * - `first_at`, `last_at`: when the first and the last chunk passed, `ngx.now()` (seconds); absent without a body.
 * - `complete`: true once the end of the body came (`ngx.arg[2]`), else absent: the client left, or the upstream broke
 *   off.
 * - `caller`: a name for who is calling, from mcp-validator's access phase (`kong.ctx.shared.mcp_caller`).
 * - `client_left`: true where `ngx.var.request_completion == ""`, else absent: it was the client. nginx says `OK` of a
 *   response that the upstream broke off, and the status is 200 in both cases.
 *
 * Any member may be absent. Nothing is written while a stream is open: what is told of open streams comes from the
 * access phase of the plugins (`track_open_streams`).
 */
export interface Capture {
  readonly request: CapturedPart;
  /** Who is calling: a name that mcp-validator made; absent without one. */
  readonly caller?: string;
  readonly response: {
    readonly head: Uint8Array;
    /** What follows `head`, of an answer to `tools/list` alone. */
    readonly middle?: Uint8Array;
    /** The last bytes after `head`; empty when `head` holds all. */
    readonly tail: Uint8Array;
    /** How many bytes passed in all. */
    readonly totalBytes: number;
    /** How many bytes between `head` and `tail` are in neither; `middle` may have the first of them. */
    readonly missingBytes: number;
    /** When the first and the last chunk passed, in milliseconds since the epoch; undefined without a body. */
    readonly firstAtMs?: number;
    readonly lastAtMs?: number;
    /** True when the end of the body passed; false: it was broken off, by either side. */
    readonly complete: boolean;
    /** True when the client left before the end. */
    readonly clientLeft: boolean;
  };
}

/** The kept beginning of a body, and its end. */
export interface CapturedPart {
  readonly bytes: Uint8Array;
  /** The last bytes after `bytes`; empty where those hold all, or where only the beginning was kept. */
  readonly tail: Uint8Array;
  /** How many bytes there were; more than `bytes` holds when the body was longer than the bound. */
  readonly totalBytes: number;
}

/** The key in `kong.ctx.shared`. */
export const CAPTURE_KEY = 'capture';

/** Reads what the Lua functions kept; undefined when they did not run. */
export function captureFromShared(value: unknown): Capture | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const request = bytesOf(fields['request']);
  const head = bytesOf(fields['head']);
  const middle = bytesOf(fields['middle']);
  const tail = bytesOf(fields['tail']);
  const totalBytes = numberOf(fields['response_bytes']) ?? head.length + middle.length + tail.length;
  const caller = textOf(fields['caller']);
  const firstAt = numberOf(fields['first_at']);
  const lastAt = numberOf(fields['last_at']);
  return {
    request: {
      bytes: request,
      tail: bytesOf(fields['request_tail']),
      totalBytes: numberOf(fields['request_bytes']) ?? request.length,
    },
    ...(caller !== undefined && { caller }),
    response: {
      head,
      ...(middle.length > 0 && { middle }),
      tail,
      totalBytes,
      missingBytes: Math.max(0, totalBytes - head.length - tail.length),
      ...(firstAt !== undefined && { firstAtMs: firstAt * 1000 }),
      ...(lastAt !== undefined && { lastAtMs: lastAt * 1000 }),
      complete: fields['complete'] === true,
      clientLeft: fields['client_left'] === true,
    },
  };
}

const bytesOf = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : '', 'base64');
