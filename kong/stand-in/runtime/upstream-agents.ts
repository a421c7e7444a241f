import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';

/** Connections to upstreams, kept as long as Kong keeps them (`upstream_keepalive_*`). */
export interface UpstreamAgents {
  readonly http: Agent;
  /** Verifies no certificate, as Kong by default (`tls_verify`). */
  readonly https: SecureAgent;
}

const KEEP_ALIVE = { keepAlive: true, maxFreeSockets: 512, timeout: 60_000, scheduling: 'lifo' } as const;

/** Makes agents without connections. */
export const upstreamAgents = (): UpstreamAgents => ({
  http: new Agent(KEEP_ALIVE),
  https: new SecureAgent({ ...KEEP_ALIVE, rejectUnauthorized: false }),
});
