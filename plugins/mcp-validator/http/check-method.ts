import type { Fault } from '../../shared/mcp/json-rpc/fault';
import { httpFault } from '../protocol/fault';
import type { HttpFacts } from '../protocol/http-facts';
import type { RevisionRules } from '../revision/revision-rules';

const METHODS = new Set(['POST', 'GET', 'DELETE', 'OPTIONS']);

/**
 * The HTTP method: POST carries messages, GET and DELETE exist in revisions before 2026-07-28 (2026-07-28,
 * basic/transports/streamable-http: a server without them responds with 405), OPTIONS is for the cors plugin.
 */
export function checkMethod({ method, headers }: HttpFacts, rules: RevisionRules): Fault | undefined {
  if (!METHODS.has(method)) return notAllowed('The HTTP method must be POST, GET or DELETE', rules);
  if (method !== 'GET' && method !== 'DELETE') return undefined;
  const isModern = rules.isModernVersion(headers.get('mcp-protocol-version'));
  return rules.legacyRevisions.length === 0 || isModern
    ? notAllowed('This revision of MCP allows only POST', rules, 'POST')
    : undefined;
}

function notAllowed(message: string, rules: RevisionRules, allow?: string): Fault {
  const Allow = allow ?? (rules.legacyRevisions.length === 0 ? 'POST' : 'POST, GET, DELETE');
  return { ...httpFault(405, 'method_not_allowed', message), headers: { Allow } };
}
