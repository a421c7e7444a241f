import { isJsonObject } from '../../shared/json/json-object';
import { listOf, recordOf } from '../../shared/json/lenient-json';
import type { BackendState } from './backend-state';

/**
 * The state of a backend by the health of its targets in Kong (`GET /upstreams/{name}/health` of the Admin API, and
 * without a database also of the Status API); undefined if Kong does not check it, or the body has another form.
 */
export function stateOfUpstream(body: unknown): BackendState | undefined {
  const targets = isJsonObject(body) ? listOf(body['data']).map((target) => recordOf(target)['health']) : [];
  if (targets.includes('HEALTHY')) return { healthy: true, circuit: 'closed' };
  const isDown = targets.some((health) => health === 'UNHEALTHY' || health === 'DNS_ERROR');
  return isDown && !targets.includes('HEALTHCHECKS_OFF') ? { healthy: false, circuit: 'open' } : undefined;
}
