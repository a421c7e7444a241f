import type { BackendState } from './backend-state';

/** The state of a backend by the health of its upstream in Kong; undefined if that is unknown. */
export function stateOfUpstream(health: 'healthy' | 'unhealthy' | undefined): BackendState | undefined {
  if (health === undefined) return undefined;
  return health === 'healthy' ? { healthy: true, circuit: 'closed' } : { healthy: false, circuit: 'open' };
}
