import type { LuaTable } from '../lua/value';

/** Where the request is sent: set by the router, and changed by plugins. */
export interface UpstreamRequest {
  scheme: string;
  method: string;
  /** Path without query, ready for the request line. */
  path: string;
  query: string | undefined;
  /** The `Host` header, if it is not that of the target. */
  host: string | undefined;
  serviceHost: string;
  servicePort: number;
  connectTimeoutMs: number;
  readTimeoutMs: number;
  retries: number;
}

/** One attempt to reach an upstream, as Kong logs it. */
export interface Try extends LuaTable {
  readonly ip: string;
  readonly port: number;
  readonly balancer_start: number;
  readonly balancer_latency: number;
  readonly balancer_start_ns: number;
  readonly balancer_latency_ns: number;
  readonly state?: string;
  readonly code?: number;
}
