import { INVALID_REQUEST } from '../../shared/mcp/json-rpc/errors';
import type { Fault } from '../../shared/mcp/json-rpc/fault';

/** JSON-RPC error codes that MCP defines (2026-07-28, basic/index "Error Codes"). */
export const HEADER_MISMATCH = -32020;
export const UNSUPPORTED_VERSION = -32022;
/** In revisions before 2026-07-28 (server/resources "Error Handling"). */
export const RESOURCE_NOT_FOUND = -32002;

/** A fault of the HTTP request: the response has this status and no id. */
export function httpFault(status: number, reason: string, message: string, code = INVALID_REQUEST): Fault {
  return { status, reason, code, message };
}
