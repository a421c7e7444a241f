import { isJsonObject } from '../../shared/json/json-object';
import { listOf, recordOf } from '../../shared/json/lenient-json';
import type { BackendState } from './backend-state';

/**
 * The state of a backend by the health that Kong gives its targets (`GET /upstreams/{name}/health`, of the Admin API, and
 * without a database of the Status API too); undefined where Kong does not check it, or the body is none of these.
 */
export function stateOfUpstream(body: unknown): BackendState | undefined {
  const targets = isJsonObject(body) ? listOf(body['data']).map((target) => recordOf(target)['health']) : [];
  if (targets.includes('HEALTHY')) return { healthy: true, circuit: 'closed' };
  const isDown = targets.some((health) => health === 'UNHEALTHY' || health === 'DNS_ERROR');
  return isDown && !targets.includes('HEALTHCHECKS_OFF') ? { healthy: false, circuit: 'open' } : undefined;
}
