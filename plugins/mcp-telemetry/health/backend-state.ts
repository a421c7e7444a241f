import type { LogEntry } from '../../shared/telemetry/log-entry';

/** What one exchange tells of the backend, by Kong's own doing. */
export interface BackendState {
  /** The backend answered, be it with an error of its own. */
  readonly healthy: boolean;
  /** `open`: Kong's health checks left no address to try. Kong knows no half-open state. */
  readonly circuit: 'closed' | 'open' | undefined;
}

/** The state that an exchange shows; undefined where a plugin answered and the backend was not asked. */
export function backendStateOf({ answeredByKong, status, tries }: LogEntry): BackendState | undefined {
  if (!answeredByKong) return { healthy: true, circuit: 'closed' };
  // `Service unavailable` of the balancer, before any try (`kong/runloop/balancer/init.lua`).
  if (status === 503 && tries === 0) return { healthy: false, circuit: 'open' };
  return tries > 0 ? { healthy: false, circuit: undefined } : undefined;
}
