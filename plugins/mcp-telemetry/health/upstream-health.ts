import { upstreamHealthOf } from '../../../kong/pdk';
import type { BackendState } from './backend-state';

/** The state of a backend by the health of its targets in Kong; see {@link upstreamHealthOf}. */
export function stateOfUpstream(body: unknown): BackendState | undefined {
  const health = upstreamHealthOf(body);
  if (health === undefined) return undefined;
  return health === 'healthy' ? { healthy: true, circuit: 'closed' } : { healthy: false, circuit: 'open' };
}
