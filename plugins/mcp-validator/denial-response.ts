import type { DenialResponse } from '../shared/mcp/denial';
import { batchErrorBody, errorBody, INVALID_REQUEST, METHOD_NOT_FOUND } from '../shared/mcp/json-rpc/errors';
import type { Fault } from '../shared/mcp/json-rpc/fault';
import type { ParsedMessage, RequestId } from '../shared/mcp/json-rpc/message';
import { toolErrorBody } from '../shared/mcp/json-rpc/tool-error';
import { isModern, type Revision } from '../shared/mcp/revisions';

/** The config fields about responses to rejected requests. */
export interface ResponseConfig {
  readonly status_mode: 'spec' | 'always_4xx';
}

/** How rejected requests are answered. */
export interface ResponseRules {
  readonly statusMode: ResponseConfig['status_mode'];
}

/** Compiles the rules about responses. */
export const compileResponseRules = (config: ResponseConfig): ResponseRules => ({ statusMode: config.status_mode });

/** The response to a fault of the whole HTTP request; `id` is the id to echo, if one can be read. */
export function httpFaultResponse(fault: Fault, id: RequestId | null = null): DenialResponse {
  return toResponse(fault, fault.status ?? 400, errorBody(id, fault));
}

/**
 * The response to a fault of one message.
 *
 * Clients of revisions before 2026-07-28 ignore the JSON-RPC error of any status but 200, so their requests get 200, as
 * from a server. 2026-07-28 requires 404 for an unknown method and 400 for the rest. Notifications and responses, which
 * have no response, get 400.
 */
export function messageFaultResponse(
  fault: Fault,
  message: ParsedMessage,
  revision: Revision | undefined,
  { statusMode }: ResponseRules,
): DenialResponse {
  const id = message.kind === 'request' ? message.id : null;
  if (fault.asToolResult) return toResponse(fault, 200, toolErrorBody(id, fault.message, revision));
  return toResponse(fault, fault.status ?? statusFor(fault, message, revision, statusMode), errorBody(id, fault));
}

/**
 * The response to a batch with a fault in one message: no message is forwarded, so every request gets an error.
 *
 * @param faultyIndex the index of the message with the fault
 */
export function batchFaultResponse(
  fault: Fault,
  messages: readonly ParsedMessage[],
  faultyIndex: number,
  revision: Revision,
  { statusMode }: ResponseRules,
): DenialResponse {
  const message = messages[faultyIndex];
  if (!message || message.kind !== 'request' || fault.status !== undefined) return httpFaultResponse(fault);
  const other = { code: INVALID_REQUEST, message: 'Not processed: another message of the batch was rejected' };
  const body = batchErrorBody(messages, (index) => index === faultyIndex, fault, other) ?? errorBody(null, fault);
  return toResponse(fault, statusFor(fault, message, revision, statusMode), body);
}

function statusFor(
  { code }: Fault,
  message: ParsedMessage,
  revision: Revision | undefined,
  mode: ResponseRules['statusMode'],
): number {
  if (message.kind !== 'request') return 400;
  if (revision !== undefined && isModern(revision)) return code === METHOD_NOT_FOUND ? 404 : 400;
  // Never 404: with a session id it tells an older client that its session has ended.
  return mode === 'spec' ? 200 : 400;
}

function toResponse({ reason, code, headers }: Fault, status: number, body: string): DenialResponse {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body, reason, code };
}
