import { Cluster, Redis } from 'ioredis';
import type { RedisConfig } from './redis-config';

/** A client of a single server or of a cluster: what the suite uses is the same in both. */
export type RedisClient = Redis | Cluster;

/** The longest wait between two attempts to connect. */
const MAX_RETRY_DELAY_MS = 1000;

const retryDelay = (attempts: number): number => Math.min(25 * 2 ** Math.min(attempts, 10), MAX_RETRY_DELAY_MS);

/**
 * Creates a client that connects immediately and reconnects for ever. It never queues a command: one that cannot be sent
 * now, or that was sent when the connection broke, fails at once, so that its caller has time to continue without Redis.
 */
export function createClient(config: RedisConfig): RedisClient {
  const { cluster_nodes, sentinel_nodes, sentinel_master } = config;
  if (cluster_nodes.length > 0) {
    return new Cluster(
      cluster_nodes.map(({ ip, port }) => ({ host: ip, port })),
      {
        redisOptions: commonOptions(config),
        enableOfflineQueue: false,
        clusterRetryStrategy: retryDelay,
        maxRedirections: config.cluster_max_redirections,
        retryDelayOnFailover: 20,
        retryDelayOnClusterDown: 20,
        retryDelayOnTryAgain: 20,
        slotsRefreshTimeout: config.timeout,
        slotsRefreshInterval: 5000,
      },
    );
  }
  const options = { ...commonOptions(config), retryStrategy: retryDelay, enableOfflineQueue: false };
  if (sentinel_nodes.length === 0 || sentinel_master === undefined) {
    return new Redis({ ...options, host: config.host, port: config.port, db: config.database });
  }
  return new Redis({
    ...options,
    db: config.database,
    sentinels: sentinel_nodes.map(({ host, port }) => ({ host, port })),
    name: sentinel_master,
    sentinelRetryStrategy: retryDelay,
    sentinelCommandTimeout: config.timeout,
    enableTLSForSentinelMode: config.ssl,
    ...(config.sentinel_username !== undefined && { sentinelUsername: config.sentinel_username }),
    ...(config.sentinel_password !== undefined && { sentinelPassword: config.sentinel_password }),
    ...(config.ssl && { sentinelTLS: tlsOptions(config) }),
  });
}

function commonOptions(config: RedisConfig) {
  return {
    // The suite needs nothing of RESP3, and older servers do not know it.
    protocol: 2 as const,
    disableClientInfo: true,
    connectTimeout: config.timeout,
    // Closes a connection that is silent for this long while commands are pending.
    socketTimeout: Math.max(500, 2 * config.timeout),
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    ...(config.username !== undefined && { username: config.username }),
    ...(config.password !== undefined && { password: config.password }),
    ...(config.ssl && { tls: tlsOptions(config) }),
  };
}

const tlsOptions = ({ ssl_verify, server_name }: RedisConfig) => ({
  rejectUnauthorized: ssl_verify,
  ...(server_name !== undefined && { servername: server_name }),
});
