import type { UpstreamHealth } from '../../pdk';

/** What is known of a gateway. */
export interface GatewayFacts {
  /** Whether Kong can reach the plugins. */
  readonly isReady: boolean;
  /** The health of each backend by the name of its upstream; `unknown`: Kong did not answer, or does not check it. */
  readonly backends: Readonly<Record<string, UpstreamHealth | 'unknown'>>;
  /** Whether plugins can use what they need, such as Redis. */
  readonly dependencies: Readonly<Record<string, boolean>>;
  readonly counts: Readonly<Record<string, number>>;
  /** When the facts were gathered, in milliseconds since the epoch. */
  readonly atMs: number;
}

/** What of it everybody may see: no names. */
export interface PublicReport {
  readonly status: HealthStatus;
  readonly backends?: { readonly total: number; readonly healthy: number; readonly unhealthy: number };
  readonly timestamp: string;
  /** The dependencies. */
  readonly [name: string]: unknown;
}

/**
 * `healthy`: all that is known works. `degraded`: something fails, and there are requests that succeed. `unhealthy`: no
 * request to a backend can succeed.
 */
export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy';

/** Judges a gateway. A failed dependency such as Redis never makes it unhealthy: routes that do not need it still work. */
export function statusOf({ isReady, backends, dependencies }: GatewayFacts): HealthStatus {
  const states = Object.values(backends);
  const areAllDown = states.length > 0 && states.every((state) => state === 'unhealthy');
  if (!isReady || areAllDown) return 'unhealthy';
  const isAllWell = states.every((state) => state === 'healthy') && Object.values(dependencies).every(Boolean);
  return isAllWell ? 'healthy' : 'degraded';
}

/** The status code for a status: only `unhealthy` is an error. */
export const statusCodeOf = (status: HealthStatus): number => (status === 'unhealthy' ? 503 : 200);

const connectionsOf = ({ dependencies }: GatewayFacts): Record<string, string> =>
  Object.fromEntries(Object.entries(dependencies).map(([name, isUp]) => [name, isUp ? 'connected' : 'disconnected']));

/** The report for everybody: counts of backends, no names and no versions. */
export function publicReport(facts: GatewayFacts): PublicReport {
  const states = Object.values(facts.backends);
  const countOf = (state: string): number => states.filter((one) => one === state).length;
  return {
    status: statusOf(facts),
    ...(states.length > 0 && {
      backends: { total: states.length, healthy: countOf('healthy'), unhealthy: countOf('unhealthy') },
    }),
    ...connectionsOf(facts),
    timestamp: new Date(facts.atMs).toISOString(),
  };
}

/** The report for operators: each backend by its name. */
export const operatorReport = (facts: GatewayFacts, version: string, uptimeSeconds: number): object => ({
  status: statusOf(facts),
  version,
  uptime_seconds: Math.floor(uptimeSeconds),
  ...(Object.keys(facts.backends).length > 0 && { backends: facts.backends }),
  ...connectionsOf(facts),
  ...facts.counts,
  timestamp: new Date(facts.atMs).toISOString(),
});
