import { memberOf } from '../../shared/json/json-object';
import { readJsonRpcBody, type BodyBounds } from '../../shared/mcp/json-rpc/read-body';
import type { MessageSummary } from '../../shared/mcp/message-summary';
import { isModern } from '../../shared/mcp/revisions';
import type { HttpFacts } from '../protocol/http-facts';
import { askedRequestsOf, type AskedRequest } from './asked-requests';
import type { Destination } from './elsewhere';
import type { HeldRequest } from './held-request';

/** A longer body is not read again; a list then counts as a further page. */
const MAX_BYTES = 16_384;
const BOUNDS: BodyBounds = { maxDepth: 512, maxValues: 16_384, maxBatch: 1000 };

/**
 * What the response phase must know about a request.
 *
 * @param callerId only if something is learned from its lists
 */
export function describeRequest(
  summary: MessageSummary,
  { body, caller }: Pick<HttpFacts, 'body' | 'caller'>,
  { service, endpoints }: Destination,
  callerId: string | undefined,
): HeldRequest {
  const asked = askedRequestsOf(summary);
  return {
    requests: callerId === undefined ? asked : withCursors(asked, body),
    batch: summary.batch,
    isModern: summary.revision !== undefined && isModern(summary.revision),
    service,
    endpoints,
    ...(caller && { caller }),
    ...(callerId !== undefined && { callerId }),
  };
}

function withCursors(asked: readonly AskedRequest[], body: HttpFacts['body']): readonly AskedRequest[] {
  const isShort = body.kind === 'bytes' && body.bytes.length <= MAX_BYTES;
  const read = isShort ? readJsonRpcBody(body.bytes, BOUNDS) : undefined;
  const firsts = new Set(
    (read?.ok ? read.messages : []).flatMap((message) =>
      message.kind === 'request' && memberOf(message.params ?? {}, 'cursor') === undefined ? [message.id] : [],
    ),
  );
  return asked.map((request) => (firsts.has(request.id) ? request : { ...request, hasCursor: true }));
}
