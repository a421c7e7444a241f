/** Who caused a failure; `none` for a success and for an outcome that nobody caused. */
export type Fault = 'none' | 'client' | 'server';

/**
 * Error codes for mistakes of the client. JSON-RPC 2.0: parse error, invalid request, unknown method, invalid params.
 * MCP: unknown resource (up to 2025-11-25); headers that differ from the body, a missing capability and an unsupported
 * revision (2026-07-28, in the final and the earlier numbers); -32042 asks the client to show a page first; -32800
 * means that the client cancelled the request.
 */
const CLIENT_CODES: ReadonlySet<number> = new Set([
  ...[-32700, -32600, -32601, -32602],
  ...[-32001, -32002, -32003, -32004, -32020, -32021, -32022, -32042, -32800],
]);

/**
 * Methods with which clients find out what a server supports: a server that does not know them responds with any error.
 */
const PROBES: ReadonlySet<string> = new Set(['server/discover']);

/**
 * The fault of a JSON-RPC error, by its code and HTTP status. A code that is not defined counts as the server's fault.
 */
export function faultOfRpcError(code: number, httpStatus: number, method: string): Fault {
  if (httpStatus < 500 && (CLIENT_CODES.has(code) || PROBES.has(method))) return 'client';
  if (httpStatus >= 400) return faultOfHttp(httpStatus);
  // Some servers use HTTP status codes.
  return code >= 400 && code < 500 ? 'client' : 'server';
}

/** The fault of an HTTP status. */
export function faultOfHttp(status: number): Fault {
  if (status >= 500) return 'server';
  return status >= 400 ? 'client' : 'none';
}
