import { INVALID_PARAMS } from '../../shared/mcp/json-rpc/errors';
import type { Fault } from '../../shared/mcp/json-rpc/fault';

/** Tool names of this form are repeated in the error, as a server does. */
const PRINTABLE_NAME = /^[\x20-\x7e]{1,128}$/;

/** The error of a server that has no such tool (2025-11-25, server/tools "Error Handling"). */
export function unknownTool(name: string, reason: string): Fault {
  const message = PRINTABLE_NAME.test(name) ? `Unknown tool: ${name}` : 'Unknown tool';
  return { reason, code: INVALID_PARAMS, message };
}
