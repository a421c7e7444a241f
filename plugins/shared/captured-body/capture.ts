import { numberOf, textOf } from '../json/lenient-json';

/** A body of which only the beginning and the end were kept. */
export interface CapturedBody {
  /** The first bytes. */
  readonly head: Uint8Array;
  /** The bytes after `head`, up to a bound of their own; only for responses to `tools/list`. */
  readonly middle?: Uint8Array;
  /** The last bytes after `head`; empty if `head` contains the whole body. */
  readonly tail: Uint8Array;
  /** The size of the body in bytes; 0 if unknown. */
  readonly totalBytes: number;
  /** The number of bytes between `head` and `tail`; `middle` may contain the first of them. */
  readonly missingBytes: number;
}

/** A captured response body, and how its transfer ended. */
export interface CapturedResponse extends CapturedBody {
  /** When the first and the last chunk passed, in milliseconds since the epoch; undefined without a body. */
  readonly firstAtMs?: number;
  readonly lastAtMs?: number;
  /** True if the end of the body passed; false if either side aborted the transfer. */
  readonly complete: boolean;
  /** True if the client closed the connection before the end. */
  readonly clientLeft: boolean;
}

/**
 * What the Lua functions of kong.yml keep of an exchange while its bodies stream (`kong.ctx.shared.capture`).
 *
 * The `log` function writes one table, so that aborted exchanges are captured too:
 *
 * - `version`: the version of this format, an integer; absent in version 1.
 * - `request`: the first bytes of the request body, base64; `request_tail`: its last bytes after `request`, base64,
 *   absent if `request` contains the whole body; `request_bytes`: its size. If nginx wrote the body to a file, `request`
 *   is absent, and the size is present if it is known.
 * - `head`: the first bytes of the response body, base64; `tail`: its last bytes after `head`, base64, empty if `head`
 *   contains the whole body. The bytes between are lost.
 * - `middle`: the bytes between `head` and `tail` of a response to `tools/list`, base64, up to a bound of its own; absent
 *   for every other exchange.
 * - `response_bytes`: the size of the response body.
 * - `first_at`, `last_at`: when the first and the last chunk passed, `ngx.now()` (seconds); absent without a body.
 * - `complete`: true once the end of the body passed (`ngx.arg[2]`), else absent.
 * - `caller`: a name for the caller, written by mcp-validator in its access phase (`kong.ctx.shared.mcp_caller`).
 * - `client_left`: true if `ngx.var.request_completion == ""`, else absent: the client closed the connection. If the
 *   upstream aborted the response, nginx reports `OK`; the status is 200 in both cases.
 *
 * Any member may be absent. Nothing is written while a stream is open: the access phase of the plugins reports open
 * streams (`track_open_streams`).
 */
export interface Capture {
  /** The version of the Lua functions that wrote it; see {@link CAPTURE_VERSION}. */
  readonly version: number;
  readonly request: CapturedBody;
  /** A name for the caller, created by mcp-validator. */
  readonly caller?: string;
  readonly response: CapturedResponse;
}

/** The key in `kong.ctx.shared`. */
export const CAPTURE_KEY = 'capture';

/** The version of the format that this suite's Lua functions write. */
export const CAPTURE_VERSION = 2;

/** The version of the Lua functions that wrote no version. */
const FIRST_VERSION = 1;

/** Reads the capture; undefined if the Lua functions did not run. */
export function captureFromShared(value: unknown): Capture | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const caller = textOf(fields['caller']);
  const firstAt = numberOf(fields['first_at']);
  const lastAt = numberOf(fields['last_at']);
  return {
    version: numberOf(fields['version']) ?? FIRST_VERSION,
    request: bodyOf(fields['request'], undefined, fields['request_tail'], fields['request_bytes']),
    ...(caller !== undefined && { caller }),
    response: {
      ...bodyOf(fields['head'], fields['middle'], fields['tail'], fields['response_bytes']),
      ...(firstAt !== undefined && { firstAtMs: firstAt * 1000 }),
      ...(lastAt !== undefined && { lastAtMs: lastAt * 1000 }),
      complete: fields['complete'] === true,
      clientLeft: fields['client_left'] === true,
    },
  };
}

function bodyOf(first: unknown, between: unknown, last: unknown, size: unknown): CapturedBody {
  const head = bytesOf(first);
  const middle = bytesOf(between);
  const tail = bytesOf(last);
  const totalBytes = numberOf(size) ?? head.length + middle.length + tail.length;
  return {
    head,
    ...(middle.length > 0 && { middle }),
    tail,
    totalBytes,
    missingBytes: Math.max(0, totalBytes - head.length - tail.length),
  };
}

const NO_BYTES = new Uint8Array();

const bytesOf = (value: unknown): Uint8Array =>
  typeof value === 'string' && value !== '' ? Buffer.from(value, 'base64') : NO_BYTES;
