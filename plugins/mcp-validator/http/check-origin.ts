import type { Fault } from '../../shared/mcp/json-rpc/fault';
import { httpFault } from '../protocol/fault';
import type { HttpFacts } from '../protocol/http-facts';
import type { HttpRules } from './http-rules';

/**
 * The Origin of a browser, and Host if a list is configured (basic/transports "Security Warning").
 *
 * Kong rewrites Host for the upstream, which disables the server's own protection against DNS rebinding.
 */
export function checkOrigin({ headers }: HttpFacts, rules: HttpRules): Fault | undefined {
  const origins = headers.all('origin');
  if (origins.length > 0 && !(origins.length === 1 && rules.isOriginAllowed(origins[0] ?? ''))) {
    return httpFault(403, 'origin_not_allowed', 'The Origin is not allowed');
  }
  if (!rules.isHostAllowed) return undefined;
  const hosts = headers.all('host');
  const isAllowed = hosts.length === 1 && rules.isHostAllowed(hosts[0] ?? '');
  return isAllowed ? undefined : httpFault(403, 'host_not_allowed', 'The Host is not allowed');
}
