import { HEADER_MISMATCH, httpFault, type Fault } from '../protocol/fault';
import type { HttpFacts } from '../protocol/http-facts';
import type { Rules } from '../rules';

/** Headers that steer a server: two of them would let two readers see two requests. Origin is checked apart. */
const SINGLE = [
  'content-type',
  'mcp-protocol-version',
  'mcp-session-id',
  'mcp-method',
  'mcp-name',
  'last-event-id',
] as const;

/** What a server reads its request by, besides all of MCP's own headers. */
const STEERING = new Set<string>([...SINGLE, 'accept', 'content-encoding', 'content-length', 'transfer-encoding']);

/** By these some frameworks take another HTTP method than the one that is judged. */
const METHOD_OVERRIDES = new Set(['x-http-method-override', 'x-http-method', 'x-method-override']);

const SESSION_ID = /^[\x21-\x7e]+$/;

/**
 * Headers that the server would see otherwise than they are judged, and the session id (2025-11-25, basic/transports
 * "Session Management").
 */
export function checkHeaderSyntax(facts: HttpFacts, rules: Rules): Fault | undefined {
  if (facts.method === 'OPTIONS') return undefined;
  const { headers } = facts;
  if (facts.headersTruncated) return httpFault(431, 'too_many_headers', 'The request has too many headers');
  const isModern = headers.all('mcp-protocol-version').some((version) => rules.isModernVersion(version));
  for (const name of SINGLE) {
    if (headers.all(name).length < 2) continue;
    const code = isModern && name.startsWith('mcp-') ? HEADER_MISMATCH : undefined;
    return httpFault(400, 'duplicate_header', `The header ${name} appears more than once`, code);
  }
  if (hasTwin(headers.names())) return ambiguousHeader();
  if (overridesMethod(headers.names())) {
    return httpFault(400, 'method_override', 'The request must not override its HTTP method (X-HTTP-Method-Override)');
  }
  if (takesAway(headers.all('connection'), steers)) return hopByHopHeader();
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

/** How long the body is must be the same to Kong and to the server, on every path: else a second request hides in it. */
export function checkFraming({ headers }: HttpFacts): Fault | undefined {
  for (const name of headers.names()) {
    if (name.includes('_') && FRAMING.has(name.replaceAll('_', '-'))) return ambiguousHeader();
  }
  return takesAway(headers.all('connection'), (name) => FRAMING.has(name)) ? hopByHopHeader() : undefined;
}

const FRAMING = new Set(['content-length', 'transfer-encoding']);

const ambiguousHeader = (): Fault =>
  httpFault(400, 'ambiguous_header', 'The name of a header must not have underscores for hyphens');

const hopByHopHeader = (): Fault =>
  httpFault(400, 'hop_by_hop_header', 'Connection must not name headers that the server needs');

const steers = (name: string): boolean => name.startsWith('mcp-') || STEERING.has(name);

function overridesMethod(names: Iterable<string>): boolean {
  for (const name of names) if (METHOD_OVERRIDES.has(name.replaceAll('_', '-'))) return true;
  return false;
}

/** Some servers read underscores as hyphens, as CGI did; Kong lets such names through. */
function hasTwin(names: Iterable<string>): boolean {
  for (const name of names) if (name.includes('_') && steers(name.replaceAll('_', '-'))) return true;
  return false;
}

/**
 * Kong takes away what `Connection` names before the server sees it, even Content-Length: the body would then be read as
 * the next request, and a version that was judged would be gone (`runloop/handler.lua`).
 */
const takesAway = (connection: readonly string[], isNeeded: (name: string) => boolean): boolean =>
  connection.some((value) => value.split(',').some((name) => isNeeded(name.trim().toLowerCase())));
