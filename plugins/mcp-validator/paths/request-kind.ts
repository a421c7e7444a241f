import { asksForWebSocket } from '../../shared/mcp/asks-for-web-socket';
import { announcesBody } from '../http/check-body';
import type { HttpRules } from '../http/http-rules';
import type { HttpFacts } from '../protocol/http-facts';
import { beginsLikeJson, mayHoldMessage } from './find-message';
import type { PathRules } from './path-rules';

/**
 * How to treat a request: `mcp`: check it; `other`: let it pass; `body`: check it if its body contains a message;
 * `unread`: its body may contain a message, but cannot be read whole.
 */
export type RequestKind = 'mcp' | 'other' | 'body' | 'unread';

/** The rules that classify requests. */
interface KindRules extends Pick<HttpRules, 'maxBodyBytes'> {
  readonly paths: PathRules;
}

/** Headers that only clients of MCP send. */
const MCP_HEADERS = /^(?:mcp-(?:session-id|method|name|param-.*)|last-event-id)$/;

/** Methods with which clients send the version header to OAuth metadata too. */
const WITHOUT_BODY = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Charsets of JSON that every reader of UTF-8 can read. */
const PLAIN_CHARSET = /charset\s*=\s*"?(?:utf-?8|us-ascii|iso-8859-1)"?\s*(?:;|$)/i;

/**
 * Classifies a request. On a listed path every request is MCP; on any other path every request that a server could take
 * for MCP, so that no message passes unchecked by a path that is not listed. Reads only the start of the body:
 * {@link mayHoldMessage} decides about `body`.
 */
export function requestKind(facts: HttpFacts, { paths, maxBodyBytes }: KindRules): RequestKind {
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

/** True if the Content-Type names JSON. */
export const claimsJson = ({ headers }: Pick<HttpFacts, 'headers'>): boolean =>
  headers.all('content-type').some((value) => /json/i.test(value));

/** True if the body is compressed, or is JSON in another charset: its content cannot be read here. */
function isEncoded({ headers }: HttpFacts): boolean {
  if (headers.all('content-encoding').some((value) => value.trim().toLowerCase() !== 'identity')) return true;
  return headers
    .all('content-type')
    .some((value) => /json/i.test(value) && /charset/i.test(value) && !PLAIN_CHARSET.test(value));
}

/** True if the request must be checked as MCP. */
export function isMcpRequest(kind: RequestKind, facts: HttpFacts): boolean {
  const { body } = facts;
  return kind === 'mcp' || (kind === 'body' && body.kind === 'bytes' && mayHoldMessage(body.bytes, claimsJson(facts)));
}

/** True if the decision about the request needs the whole body. */
export function needsWholeBody(facts: HttpFacts, rules: KindRules): boolean {
  const kind = requestKind(facts, rules);
  return kind === 'body' || (kind === 'mcp' && facts.method === 'POST');
}
