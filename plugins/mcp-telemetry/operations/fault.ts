/** Whose fault it is that a message did not end well; `none`: it did, or nobody's. */
export type Fault = 'none' | 'client' | 'server';

/**
 * Codes that say what the client did wrong: of JSON-RPC 2.0 (parse error, invalid request, unknown method, invalid
 * params), and of MCP: an unknown resource (up to 2025-11-25), and what 2026-07-28 refuses (headers that differ from the
 * body, a missing capability, an unsupported revision), in its final and its earlier numbers; -32042 asks the client to
 * show a page first, and -32800 tells of its own cancelling.
 */
const CLIENT_CODES: ReadonlySet<number> = new Set([
  ...[-32700, -32600, -32601, -32602],
  ...[-32001, -32002, -32003, -32004, -32020, -32021, -32022, -32042, -32800],
]);

/** Asks which revisions a server speaks: a server that does not know the question responses with some error. */
const PROBES: ReadonlySet<string> = new Set(['server/discover']);

/** The fault by a JSON-RPC error, and the HTTP status that it came with. Codes that nobody defined count as the server's. */
export function faultOfRpcError(code: number, httpStatus: number, method: string): Fault {
  if (httpStatus < 500 && (CLIENT_CODES.has(code) || PROBES.has(method))) return 'client';
  if (httpStatus >= 400) return faultOfHttp(httpStatus);
  // Some servers use the numbers of HTTP.
  return code >= 400 && code < 500 ? 'client' : 'server';
}

/** The fault by the HTTP status of an response. */
export function faultOfHttp(status: number): Fault {
  if (status >= 500) return 'server';
  return status >= 400 ? 'client' : 'none';
}
