import { INVALID_REQUEST, METHOD_NOT_FOUND } from '../../shared/mcp/json-rpc/errors';
import type { ParsedNotification, ParsedRequest } from '../../shared/mcp/json-rpc/message';
import { isModern, type Revision } from '../../shared/mcp/revisions';
import { mcpCatalogue } from '../params/protocol-methods';
import { httpFault, type Fault } from '../protocol/fault';
import type { Rules } from '../rules';

/** Methods that left the core but live on in an extension (SEP-2663, `io.modelcontextprotocol/tasks`). */
const EXTENSION_METHODS: ReadonlySet<string> = new Set(['tasks/get', 'tasks/update', 'tasks/cancel']);

/** JSON-RPC 2.0, section 4.3: for the protocol itself, never for an application. */
const RESERVED_PREFIX = 'rpc.';

/**
 * Does the method exist for this client? A denied one looks like one that does not.
 *
 * What a lenient server would take for a method of the protocol, such as `Tools/Call`, exists for nobody.
 * Methods that no revision knows are extensions and pass unless they are denied by default. A core method that
 * 2026-07-28 removed is refused there; an older session may have agreed on a revision that the gateway can't see.
 */
export function checkMethodKnown(
  { kind, method }: ParsedRequest | ParsedNotification,
  revision: Revision,
  rules: Rules,
): Fault | undefined {
  if (!rules.methods.allows(method)) return notFound('method_denied');
  if (method.startsWith(RESERVED_PREFIX)) return notFound('reserved_method');
  const catalogue = mcpCatalogue();
  if (catalogue.resemblesCore(method)) return notFound('ambiguous_method');
  if (catalogue.has(revision, kind, method)) return undefined;
  if (kind === 'notification' && catalogue.has(revision, 'request', method)) {
    const message = 'Invalid request: /id is missing; this method is a request';
    return httpFault(400, 'missing_id', message, INVALID_REQUEST);
  }
  const isRemoved = kind === 'request' && catalogue.isCore(method) && !EXTENSION_METHODS.has(method);
  if (isRemoved && isModern(revision)) return notFound('method_not_in_revision');
  return rules.unknownMethods === 'deny' && !rules.methods.allowsExplicitly(method)
    ? notFound('unknown_method')
    : undefined;
}

const notFound = (reason: string): Fault => ({ reason, code: METHOD_NOT_FOUND, message: 'Method not found' });
