import { createHash } from 'node:crypto';

/** How to connect to a Redis server. The fields have Kong's names. */
export interface RedisConfig {
  readonly host: string;
  readonly port: number;
  /** Milliseconds. */
  readonly timeout: number;
  readonly username?: string;
  readonly password?: string;
  readonly database: number;
  readonly ssl: boolean;
  readonly ssl_verify: boolean;
  readonly server_name?: string;
  readonly sentinel_master?: string;
  readonly sentinel_nodes: readonly { readonly host: string; readonly port: number }[];
  readonly sentinel_username?: string;
  readonly sentinel_password?: string;
  readonly cluster_nodes: readonly { readonly ip: string; readonly port: number }[];
  readonly cluster_max_redirections: number;
}

/** @throws if fields contradict each other, naming the field */
export function checkRedisConfig({ sentinel_master, sentinel_nodes, cluster_nodes, database }: RedisConfig): void {
  if (sentinel_nodes.length > 0 && sentinel_master === undefined) {
    throw new Error('redis.sentinel_master: required by sentinel_nodes');
  }
  if (sentinel_master !== undefined && sentinel_nodes.length === 0) {
    throw new Error('redis.sentinel_nodes: required by sentinel_master');
  }
  if (cluster_nodes.length > 0 && sentinel_nodes.length > 0) {
    throw new Error('redis.cluster_nodes: mutually exclusive with sentinel_nodes');
  }
  if (cluster_nodes.length > 0 && database !== 0) throw new Error('redis.database: a cluster has only database 0');
}

/** Identifies a configuration: equal for equal ones. A digest, so that it reveals no password. */
export function redisKey(config: RedisConfig): string {
  const sorted = Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url');
}
