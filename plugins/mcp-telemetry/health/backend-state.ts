import type { LogEntry } from '../../shared/telemetry/log-entry';

/** What one exchange shows about the backend. */
export interface BackendState {
  /** The backend responded, possibly with an error. */
  readonly healthy: boolean;
  /** `open`: Kong's health checks left no address to try. Kong has no half-open state. */
  readonly circuit: 'closed' | 'open' | undefined;
}

/** The state that an exchange shows; undefined if a plugin responded and the backend was not called. */
export function backendStateOf({ answeredByKong, status, tries }: LogEntry): BackendState | undefined {
  if (!answeredByKong) return { healthy: true, circuit: 'closed' };
  // The balancer's `Service unavailable` before any try (`kong/runloop/balancer/init.lua`).
  if (status === 503 && tries === 0) return { healthy: false, circuit: 'open' };
  return tries > 0 ? { healthy: false, circuit: undefined } : undefined;
}
