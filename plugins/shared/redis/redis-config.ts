import { createHash } from 'node:crypto';

/** How to reach a Redis server, in the words of Kong's configuration. */
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

/** Throws, naming the field, when the configuration can't work. */
export function checkRedisConfig({ sentinel_master, sentinel_nodes, cluster_nodes, database }: RedisConfig): void {
  if (sentinel_nodes.length > 0 && sentinel_master === undefined) {
    throw new Error('redis.sentinel_master: sentinel_nodes need it');
  }
  if (sentinel_master !== undefined && sentinel_nodes.length === 0) {
    throw new Error('redis.sentinel_nodes: sentinel_master needs them');
  }
  if (cluster_nodes.length > 0 && sentinel_nodes.length > 0) {
    throw new Error('redis.cluster_nodes: a cluster has no Sentinels; give one or the other');
  }
  if (cluster_nodes.length > 0 && database !== 0) throw new Error('redis.database: a cluster has database 0 alone');
}

/** A name for the server and the way to it: equal for equal configurations, and telling no password. */
export function redisKey(config: RedisConfig): string {
  const sorted = Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url');
}
