import { INVALID_REQUEST, METHOD_NOT_FOUND } from '../../shared/mcp/json-rpc/errors';
import type { Fault } from '../../shared/mcp/json-rpc/fault';
import type { ParsedCall } from '../../shared/mcp/json-rpc/message';
import { isModern, type Revision } from '../../shared/mcp/revisions';
import { protocolMethods } from '../params/protocol-methods';
import { httpFault } from '../protocol/fault';
import type { MethodRules } from './method-rules';

/** Methods that moved from the core to an extension (SEP-2663, `io.modelcontextprotocol/tasks`). */
const EXTENSION_METHODS: ReadonlySet<string> = new Set(['tasks/get', 'tasks/update', 'tasks/cancel']);

/** Reserved for JSON-RPC itself (JSON-RPC 2.0, section 4.3). */
const RESERVED_PREFIX = 'rpc.';

/**
 * Checks that the method exists for this client. The response to a denied method is the same as to an unknown one.
 *
 * Spellings that a lenient server may take for a method of the protocol, such as `Tools/Call`, are always rejected.
 * Methods that no revision defines are extensions and pass, unless unknown methods are denied. A core method that
 * 2026-07-28 removed is rejected there; an older session may have negotiated a revision that the gateway cannot see.
 */
export function checkMethodKnown(
  { kind, method }: ParsedCall,
  revision: Revision,
  rules: MethodRules,
): Fault | undefined {
  if (!rules.methods.allows(method)) return notFound('method_denied');
  if (method.startsWith(RESERVED_PREFIX)) return notFound('reserved_method');
  const known = protocolMethods();
  if (known.resemblesCore(method)) return notFound('ambiguous_method');
  if (known.has(revision, kind, method)) return undefined;
  if (kind === 'notification' && known.has(revision, 'request', method)) {
    const message = 'Invalid request: /id is missing; this method is a request';
    return httpFault(400, 'missing_id', message, INVALID_REQUEST);
  }
  const isRemoved = kind === 'request' && known.isCore(method) && !EXTENSION_METHODS.has(method);
  if (isRemoved && isModern(revision)) return notFound('method_not_in_revision');
  return rules.unknownMethods === 'deny' && !rules.methods.allowsExplicitly(method)
    ? notFound('unknown_method')
    : undefined;
}

const notFound = (reason: string): Fault => ({ reason, code: METHOD_NOT_FOUND, message: 'Method not found' });
