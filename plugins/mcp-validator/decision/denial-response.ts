import { batchErrorBody, errorBody, INVALID_REQUEST, METHOD_NOT_FOUND } from '../../shared/mcp/json-rpc/errors';
import type { ParsedMessage, RequestId } from '../../shared/mcp/json-rpc/message';
import { toolErrorBody } from '../../shared/mcp/json-rpc/tool-error';
import { isModern, type Revision } from '../../shared/mcp/revisions';
import type { Fault } from '../protocol/fault';
import type { Rules } from '../rules';

/** The HTTP answer to a request that is refused, and why. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly reason: string;
  /** Of the JSON-RPC error. */
  readonly code: number;
}

/** Answers a fault of the whole HTTP request; `id` is the one to echo, if any can be read. */
export function answerHttpFault(fault: Fault, id: RequestId | null = null): Refusal {
  return toRefusal(fault, fault.status ?? 400, errorBody(id, fault));
}

/**
 * Answers a fault of one message. Clients of older revisions lose the JSON-RPC error of any status but 200, so a
 * request of theirs gets 200 as from a server; 2026-07-28 demands 404 for an unknown method and 400 for the rest; what
 * has no answer (a notification, a response) gets 400.
 */
export function answerMessageFault(
  fault: Fault,
  message: ParsedMessage,
  revision: Revision | undefined,
  { statusMode }: Pick<Rules, 'statusMode'>,
): Refusal {
  const id = message.kind === 'request' ? message.id : null;
  if (fault.asToolResult) return toRefusal(fault, 200, toolErrorBody(id, fault.message, revision));
  return toRefusal(fault, fault.status ?? statusFor(fault, message, revision, statusMode), errorBody(id, fault));
}

/** Answers a batch of which one message is at fault: none of it is carried out, so each of its requests is answered. */
export function answerBatchFault(
  fault: Fault,
  messages: readonly ParsedMessage[],
  culprit: number,
  revision: Revision,
  { statusMode }: Pick<Rules, 'statusMode'>,
): Refusal {
  const message = messages[culprit];
  if (!message || message.kind !== 'request' || fault.status !== undefined) return answerHttpFault(fault);
  const other = { code: INVALID_REQUEST, message: 'Not carried out: another message of the batch was refused' };
  const body = batchErrorBody(messages, (index) => index === culprit, fault, other) ?? errorBody(null, fault);
  return toRefusal(fault, statusFor(fault, message, revision, statusMode), body);
}

function statusFor(
  { code }: Fault,
  message: ParsedMessage,
  revision: Revision | undefined,
  mode: Rules['statusMode'],
): number {
  if (message.kind !== 'request') return 400;
  if (revision !== undefined && isModern(revision)) return code === METHOD_NOT_FOUND ? 404 : 400;
  // Never 404: with a session id it tells an older client that its session is gone.
  return mode === 'spec' ? 200 : 400;
}

function toRefusal({ reason, code, headers }: Fault, status: number, body: string): Refusal {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body, reason, code };
}
