import type { Headers, RawBody } from '../../kong/pdk';
import { asksForWebSocket } from '../shared/mcp/asks-for-web-socket';
import { targetMemberOf } from '../shared/mcp/call-targets';
import { foldName } from '../shared/mcp/fold-text';
import { INVALID_REQUEST } from '../shared/mcp/json-rpc/errors';
import type { ParsedMessage, RequestId } from '../shared/mcp/json-rpc/message';
import { readJsonRpcBody } from '../shared/mcp/json-rpc/read-body';
import { NO_MESSAGES, type MessageSummary } from '../shared/mcp/message-summary';
import { summarizeMessages } from '../shared/mcp/summarize-messages';

/** The facts of a request that its calls are read from. */
export interface BodyFacts {
  readonly method: string;
  readonly body: RawBody;
  readonly headers: Headers;
}

/** The calls of a request, or why they can't be read beyond doubt, or that too many large bodies wait to be read. */
export type Calls = ReadCalls | { readonly kind: 'busy' };

/** What reading a body comes to. */
export type ReadCalls =
  | { readonly kind: 'calls'; readonly summary: MessageSummary }
  | { readonly kind: 'unreadable'; readonly fault: BodyFault };

/** How a body that can not be read beyond doubt is answered. */
export interface BodyFault {
  /** HTTP status. */
  readonly status: number;
  readonly code: number;
  readonly id: RequestId | null;
  readonly reason: string;
  readonly message: string;
}

/** Bounds that mcp-validator has by default: what runs without it is judged the same. */
const BOUNDS = { maxDepth: 64, maxValues: 100_000, maxBatch: 100 };

const NONE: ReadCalls = { kind: 'calls', summary: NO_MESSAGES };

/**
 * Reads the calls of a request that mcp-validator did not read. Never throws.
 *
 * What servers may read in more than one way is unreadable: compressed bodies, WebSockets, JSON that is not strict, and params with
 * a member that differs in case alone from the one that names the tool.
 */
export function readCalls({ method, body, headers }: BodyFacts, maxBodyBytes: number): ReadCalls {
  if (asksForWebSocket(headers)) return unreadable(400, 'web_socket', 'The calls of a WebSocket can not be counted');
  if (body.kind === 'spilled') return unreadable(413, 'body_too_large', 'The body is too large');
  if (body.kind === 'failed') return method === 'POST' ? unreadable(400, 'no_body', 'The body can not be read') : NONE;
  const { bytes } = body;
  if (bytes.length === 0 && method !== 'POST') return NONE;
  if (bytes.length > maxBodyBytes) return unreadable(413, 'body_too_large', 'The body is too large');
  if (headers.all('content-encoding').some((encoding) => encoding.trim().toLowerCase() !== 'identity')) {
    return unreadable(415, 'content_encoding', 'The body must not be encoded');
  }
  const reading = readJsonRpcBody(bytes, BOUNDS);
  if (!reading.ok) return { kind: 'unreadable', fault: reading };
  if (!reading.messages.every(namesItsTargetOnce)) {
    return unreadable(400, 'case_folded_member', 'Invalid request: a member of /params differs in case alone');
  }
  return { kind: 'calls', summary: summarizeMessages(reading.messages, reading.batch, undefined) };
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
