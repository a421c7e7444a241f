import type { Headers, RawBody } from '../../kong/pdk';
import { asksForWebSocket } from '../shared/mcp/asks-for-web-socket';
import { targetMemberOf } from '../shared/mcp/call-targets';
import { foldName } from '../shared/mcp/fold-text';
import { INVALID_REQUEST } from '../shared/mcp/json-rpc/errors';
import type { ParsedMessage, RequestId } from '../shared/mcp/json-rpc/message';
import { readCheapBody, readJsonRpcBody, type JsonRpcBody } from '../shared/mcp/json-rpc/read-body';
import { NO_MESSAGES, type MessageSummary } from '../shared/mcp/message-summary';
import { summarizeMessages } from '../shared/mcp/summarize-messages';

/** A request whose body mcp-validator did not read. */
export interface UnreadRequest {
  readonly method: string;
  readonly body: RawBody;
  readonly headers: Headers;
}

/** The result of {@link readCalls}, or `busy`: too many large bodies are waiting to be read. */
export type Calls = ReadCalls | { readonly kind: 'busy' };

/** The calls of a request, or why they could not be read. */
export type ReadCalls =
  | { readonly kind: 'calls'; readonly summary: MessageSummary }
  | { readonly kind: 'unreadable'; readonly fault: BodyFault };

/** The response to a body that cannot be parsed unambiguously. */
export interface BodyFault {
  /** HTTP status. */
  readonly status: number;
  readonly code: number;
  readonly id: RequestId | null;
  readonly reason: string;
  readonly message: string;
}

/** The default bounds of mcp-validator, so that the result is the same without it. */
const BOUNDS = { maxDepth: 64, maxValues: 100_000, maxBatch: 100 };

const NONE: ReadCalls = { kind: 'calls', summary: NO_MESSAGES };

/**
 * Reads the calls of a request that mcp-validator did not read. Never throws.
 *
 * A body that servers may parse in different ways is unreadable: a compressed body, a WebSocket, JSON that is not strict,
 * and params with a member that differs only in case from the one that names the target.
 */
export function readCalls(request: UnreadRequest, maxBodyBytes: number): ReadCalls {
  const bytes = bytesOf(request, maxBodyBytes);
  return bytes instanceof Uint8Array ? callsOf(readJsonRpcBody(bytes, BOUNDS)) : bytes;
}

/** As {@link readCalls}; undefined for a large body that must be read in another thread. */
export function readCheapCalls(request: UnreadRequest, maxBodyBytes: number): ReadCalls | undefined {
  const bytes = bytesOf(request, maxBodyBytes);
  if (!(bytes instanceof Uint8Array)) return bytes;
  const body = readCheapBody(bytes, BOUNDS);
  return body && callsOf(body);
}

/** The bytes of a body that may have calls, or the result for a request without them. */
function bytesOf({ method, body, headers }: UnreadRequest, maxBodyBytes: number): Uint8Array | ReadCalls {
  if (asksForWebSocket(headers)) return unreadable(400, 'web_socket', 'Calls over a WebSocket cannot be counted');
  if (body.kind === 'spilled') return unreadable(413, 'body_too_large', 'The body is too large');
  if (body.kind === 'failed') return method === 'POST' ? unreadable(400, 'no_body', 'The body cannot be read') : NONE;
  const { bytes } = body;
  if (bytes.length === 0 && method !== 'POST') return NONE;
  if (bytes.length > maxBodyBytes) return unreadable(413, 'body_too_large', 'The body is too large');
  if (headers.all('content-encoding').some((encoding) => encoding.trim().toLowerCase() !== 'identity')) {
    return unreadable(415, 'content_encoding', 'The body must not be compressed');
  }
  return bytes;
}

function callsOf(body: JsonRpcBody): ReadCalls {
  if (!body.ok) return { kind: 'unreadable', fault: body };
  if (!body.messages.every(namesItsTargetOnce)) {
    return unreadable(
      400,
      'case_folded_member',
      'Invalid request: a member of /params differs only in case from the one that names the target',
    );
  }
  return { kind: 'calls', summary: summarizeMessages(body.messages, body.batch, undefined) };
}

function namesItsTargetOnce(message: ParsedMessage): boolean {
  if (message.kind === 'response' || !message.params) return true;
  const target = targetMemberOf(message.method);
  if (target === undefined) return true;
  const folded = foldName(target);
  return Object.keys(message.params).every((name) => name === target || foldName(name) !== folded);
}

const unreadable = (status: number, reason: string, message: string): ReadCalls => ({
  kind: 'unreadable',
  fault: { status, code: INVALID_REQUEST, id: null, reason, message },
});
