import { INVALID_REQUEST } from '../../shared/mcp/json-rpc/errors';

/** JSON-RPC error codes that MCP defines (2026-07-28, basic/index "Error Codes"). */
export const HEADER_MISMATCH = -32020;
export const UNSUPPORTED_VERSION = -32022;
/** Of revisions before 2026-07-28 (server/resources "Error Handling"). */
export const RESOURCE_NOT_FOUND = -32002;

/** What a rung of the ladder objects to; how it is answered depends on the message and its revision. */
export interface Fault {
  /** A short, fixed word for logs, metrics and telemetry. */
  readonly reason: string;
  readonly code: number;
  /** What to mend; holds no value of the client's. */
  readonly message: string;
  readonly data?: unknown;
  /** The HTTP status, where it is the same for every revision. */
  readonly status?: number;
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer is a tool's result that says so, not a JSON-RPC error. */
  readonly asToolResult?: true;
}

/** A fault of the HTTP request: answered with its status, without an id. */
export function httpFault(status: number, reason: string, message: string, code = INVALID_REQUEST): Fault {
  return { status, reason, code, message };
}
