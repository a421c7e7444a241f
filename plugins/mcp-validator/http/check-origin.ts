import { httpFault, type Fault } from '../protocol/fault';
import type { HttpFacts } from '../protocol/http-facts';
import type { Rules } from '../rules';

/**
 * Who sent the browser here: Origin, and Host where a list is configured (basic/transports "Security Warning").
 *
 * Kong rewrites Host for the upstream, which switches off the server's own defence against DNS rebinding.
 */
export function checkOrigin({ headers }: HttpFacts, rules: Rules): Fault | undefined {
  const origins = headers.all('origin');
  if (origins.length > 0 && !(origins.length === 1 && rules.isOriginAllowed(origins[0] ?? ''))) {
    return httpFault(403, 'origin_not_allowed', 'The Origin is not allowed');
  }
  if (!rules.isHostAllowed) return undefined;
  const hosts = headers.all('host');
  const isAllowed = hosts.length === 1 && rules.isHostAllowed(hosts[0] ?? '');
  return isAllowed ? undefined : httpFault(403, 'host_not_allowed', 'The Host is not allowed');
}
