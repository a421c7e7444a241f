import { httpFault, type Fault } from '../protocol/fault';
import type { HttpFacts } from '../protocol/http-facts';
import type { Rules } from '../rules';

const METHODS = new Set(['POST', 'GET', 'DELETE', 'OPTIONS']);

/**
 * The HTTP method: POST carries messages, GET and DELETE belong to revisions before 2026-07-28 (its
 * basic/transports/streamable-http: a server without them answers 405), OPTIONS is left to the cors plugin.
 */
export function checkMethod({ method, headers }: HttpFacts, rules: Rules): Fault | undefined {
  if (!METHODS.has(method)) return notAllowed('The HTTP method must be POST, GET or DELETE', rules);
  if (method !== 'GET' && method !== 'DELETE') return undefined;
  const saysModern = rules.isModernVersion(headers.get('mcp-protocol-version'));
  return rules.legacyRevisions.length === 0 || saysModern
    ? notAllowed('This revision of MCP has POST only', rules, 'POST')
    : undefined;
}

function notAllowed(message: string, rules: Rules, allow?: string): Fault {
  const Allow = allow ?? (rules.legacyRevisions.length === 0 ? 'POST' : 'POST, GET, DELETE');
  return { ...httpFault(405, 'method_not_allowed', message), headers: { Allow } };
}
