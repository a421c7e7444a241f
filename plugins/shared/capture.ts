/**
 * The bytes that the Lua functions of kong.yml kept of an exchange while they streamed past (`kong.ctx.shared.capture`).
 *
 * Lua writes `{request, request_bytes, head, tail, response_bytes, first_at, last_at}`: base64 texts, sizes in bytes,
 * times in seconds. They keep the first and the last part of the response; what lay between is lost when the response
 * was longer than both.
 */
export interface Capture {
  readonly request: CapturedPart;
  readonly response: {
    readonly head: Uint8Array;
    /** The last bytes after `head`; empty when `head` holds all. */
    readonly tail: Uint8Array;
    /** How many bytes passed in all. */
    readonly totalBytes: number;
    /** How many bytes between `head` and `tail` were not kept. */
    readonly missingBytes: number;
    /** When the first and the last chunk passed, in milliseconds since the epoch; undefined without a body. */
    readonly firstAtMs?: number;
    readonly lastAtMs?: number;
  };
}

export interface CapturedPart {
  readonly bytes: Uint8Array;
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
  const tail = bytesOf(fields['tail']);
  const totalBytes = numberOf(fields['response_bytes']) ?? head.length + tail.length;
  const firstAt = numberOf(fields['first_at']);
  const lastAt = numberOf(fields['last_at']);
  return {
    request: { bytes: request, totalBytes: numberOf(fields['request_bytes']) ?? request.length },
    response: {
      head,
      tail,
      totalBytes,
      missingBytes: Math.max(0, totalBytes - head.length - tail.length),
      ...(firstAt !== undefined && { firstAtMs: firstAt * 1000 }),
      ...(lastAt !== undefined && { lastAtMs: lastAt * 1000 }),
    },
  };
}

const bytesOf = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : '', 'base64');
const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
