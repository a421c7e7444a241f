import type { Fault } from '../../shared/mcp/json-rpc/fault';
import { HEADER_MISMATCH, httpFault } from '../protocol/fault';
import type { HttpFacts } from '../protocol/http-facts';
import type { RevisionRules } from '../revision/revision-rules';
import type { HttpRules } from './http-rules';

/** Headers that change what a server does: with two values, two readers could see two requests. Origin has its own check. */
const SINGLE = [
  'content-type',
  'mcp-protocol-version',
  'mcp-session-id',
  'mcp-method',
  'mcp-name',
  'last-event-id',
] as const;

/** Headers that a server needs to read the request, besides all headers of MCP. */
const NEEDED = new Set<string>([...SINGLE, 'accept', 'content-encoding', 'content-length', 'transfer-encoding']);

/** Some frameworks use the HTTP method in these headers instead of the one that was checked. */
const METHOD_OVERRIDES = new Set(['x-http-method-override', 'x-http-method', 'x-method-override']);

const SESSION_ID = /^[\x21-\x7e]+$/;

/**
 * Headers that the server would see differently from this check, and the session id (2025-11-25, basic/transports
 * "Session Management").
 */
export function checkHeaderSyntax(facts: HttpFacts, rules: HttpRules & RevisionRules): Fault | undefined {
  if (facts.method === 'OPTIONS') return undefined;
  const { headers } = facts;
  if (facts.headersTruncated) return httpFault(431, 'too_many_headers', 'The request has too many headers');
  const isModern = headers.all('mcp-protocol-version').some((version) => rules.isModernVersion(version));
  for (const name of SINGLE) {
    if (headers.all(name).length < 2) continue;
    const code = isModern && name.startsWith('mcp-') ? HEADER_MISMATCH : undefined;
    return httpFault(400, 'duplicate_header', `The header ${name} appears more than once`, code);
  }
  if (hasUnderscoreVariant(headers.names())) return ambiguousHeader();
  if (overridesMethod(headers.names())) {
    return httpFault(400, 'method_override', 'The request must not override its HTTP method (X-HTTP-Method-Override)');
  }
  if (removesNeeded(headers.all('connection'), isNeededByServer)) return hopByHopHeader();
  const session = headers.get('mcp-session-id');
  const { maxSessionIdLength } = rules;
  if (session !== undefined && !isModern && !(session.length <= maxSessionIdLength && SESSION_ID.test(session))) {
    const message = `Mcp-Session-Id must be 1 to ${maxSessionIdLength} visible ASCII characters`;
    return httpFault(400, 'invalid_session_id', message);
  }
  return facts.method === 'DELETE' && session === undefined
    ? httpFault(400, 'missing_session_id', 'DELETE needs the header Mcp-Session-Id')
    : undefined;
}

/** Kong and the server must agree about the length of the body, on every path: else a second request could hide in it. */
export function checkFraming({ headers }: HttpFacts): Fault | undefined {
  for (const name of headers.names()) {
    if (name.includes('_') && FRAMING.has(name.replaceAll('_', '-'))) return ambiguousHeader();
  }
  return removesNeeded(headers.all('connection'), (name) => FRAMING.has(name)) ? hopByHopHeader() : undefined;
}

const FRAMING = new Set(['content-length', 'transfer-encoding']);

const ambiguousHeader = (): Fault =>
  httpFault(400, 'ambiguous_header', 'A header name must not have underscores in place of hyphens');

const hopByHopHeader = (): Fault =>
  httpFault(400, 'hop_by_hop_header', 'Connection must not name headers that the server needs');

const isNeededByServer = (name: string): boolean => name.startsWith('mcp-') || NEEDED.has(name);

function overridesMethod(names: Iterable<string>): boolean {
  for (const name of names) {
    // Almost no name has an underscore.
    if (METHOD_OVERRIDES.has(name.includes('_') ? name.replaceAll('_', '-') : name)) return true;
  }
  return false;
}

/** Some servers read underscores as hyphens, as CGI does; Kong forwards such names. */
function hasUnderscoreVariant(names: Iterable<string>): boolean {
  for (const name of names) if (name.includes('_') && isNeededByServer(name.replaceAll('_', '-'))) return true;
  return false;
}

/**
 * Kong removes the headers that `Connection` names before the server sees them, even Content-Length: the server would then
 * read the body as the next request, and a version that was checked would be missing (`runloop/handler.lua`).
 */
const removesNeeded = (connection: readonly string[], isNeeded: (name: string) => boolean): boolean =>
  connection.some((value) => value.split(',').some((name) => isNeeded(name.trim().toLowerCase())));
