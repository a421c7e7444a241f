import { asksForWebSocket } from '../../shared/mcp/asks-for-web-socket';
import { announcesBody } from '../http/check-body';
import type { HttpFacts } from '../protocol/http-facts';
import type { Rules } from '../rules';
import { beginsLikeJson, mayHoldMessage } from './find-message';

/**
 * What a request is to be judged as: `mcp`; `other`, which passes; `body`: a message if its body holds one; `unread`: its
 * body can't be read whole, and might.
 */
export type RequestKind = 'mcp' | 'other' | 'body' | 'unread';

/** Sent by clients of MCP alone. */
const MCP_HEADERS = /^(?:mcp-(?:session-id|method|name|param-.*)|last-event-id)$/;

/** Of these, clients send the version to OAuth's metadata too. */
const WITHOUT_BODY = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Encodings of JSON that every reader of UTF-8 reads. */
const PLAIN_CHARSET = /charset\s*=\s*"?(?:utf-?8|us-ascii|iso-8859-1)"?\s*(?:;|$)/i;

/**
 * Tells what a request is: each one to a listed path is MCP's; on any other path those that a server could take for
 * MCP's, so that nothing gets through unjudged by a path that nobody thought of. Looks at the beginning of the body alone: what `body` is, {@link mayHoldMessage} tells.
 */
export function requestKind(facts: HttpFacts, { paths, maxBodyBytes }: Rules): RequestKind {
  const { path, headers, body } = facts;
  if (paths.isExempt(path)) return 'other';
  if (paths.isEndpoint(path) || facts.headersTruncated || hasMcpHeader(facts)) return 'mcp';
  if (asksForWebSocket(headers)) {
    return headers.all('sec-websocket-protocol').some((value) => /\bmcp\b/i.test(value)) ? 'mcp' : 'other';
  }
  if (headers.all('accept').some((value) => /event-stream/i.test(value)) && facts.method === 'GET') return 'mcp';
  if (body.kind === 'spilled') return 'unread';
  if (body.kind === 'failed') return announcesBody(facts) ? 'unread' : 'other';
  if (body.bytes.length === 0) return 'other';
  if (isEncoded(facts)) return 'mcp';
  if (!claimsJson(facts) && !beginsLikeJson(body.bytes)) return 'other';
  return body.bytes.length > maxBodyBytes ? 'unread' : 'body';
}

function hasMcpHeader({ method, headers }: HttpFacts): boolean {
  for (const given of headers.names()) {
    const name = given.replaceAll('_', '-');
    if (MCP_HEADERS.test(name) || (name === 'mcp-protocol-version' && !WITHOUT_BODY.has(method))) return true;
  }
  return false;
}

/** Does the request say that its body is JSON? */
export const claimsJson = ({ headers }: Pick<HttpFacts, 'headers'>): boolean =>
  headers.all('content-type').some((value) => /json/i.test(value));

/** Compressed, or JSON in another charset: what it holds is not seen here. */
function isEncoded({ headers }: HttpFacts): boolean {
  if (headers.all('content-encoding').some((value) => value.trim().toLowerCase() !== 'identity')) return true;
  return headers
    .all('content-type')
    .some((value) => /json/i.test(value) && /charset/i.test(value) && !PLAIN_CHARSET.test(value));
}

/** Is the request to be judged as MCP's? */
export function isMcpRequest(kind: RequestKind, facts: HttpFacts): boolean {
  const { body } = facts;
  return kind === 'mcp' || (kind === 'body' && body.kind === 'bytes' && mayHoldMessage(body.bytes, claimsJson(facts)));
}

/** Does it take a look at the whole body to judge the request? */
export function isBodyJudged(facts: HttpFacts, rules: Rules): boolean {
  const kind = requestKind(facts, rules);
  return kind === 'body' || (kind === 'mcp' && facts.method === 'POST');
}
