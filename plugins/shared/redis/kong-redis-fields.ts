import { field } from '../../../kong/pdk';

const host = (description: string) => field.string({ description, required: true, len_min: 1 });
const port = (description: string) => field.integer({ description, default: 6379, between: [0, 65_535] });
const secret = (description: string) => field.string({ description, referenceable: true });

/**
 * The `redis` record of a plugin. The fields have the names of Kong's own record (`kong/tools/redis/schema.lua`), and for
 * Sentinel and Cluster those of Kong's Enterprise plugins.
 */
export const redisField = field.record(
  {
    host: field.string({ description: 'Host of the Redis server.', default: '127.0.0.1', len_min: 1 }),
    port: port('Port of the Redis server.'),
    timeout: field.integer({
      description:
        'Milliseconds to wait for Redis, per request and to connect. After that, the request continues without Redis.',
      default: 200,
      between: [1, 60_000],
    }),
    username: secret('User name. Requires Redis 6.'),
    password: field.string({ description: 'Password of the user.', referenceable: true, encrypted: true }),
    database: field.integer({ description: 'Database number. A cluster has only database 0.', default: 0, gt: -1 }),
    ssl: field.boolean({ description: 'Connect with TLS.', default: false }),
    ssl_verify: field.boolean({
      description:
        'Verify the certificate of the server. To trust your own certificate authority, set NODE_EXTRA_CA_CERTS for the plugin server.',
      default: true,
    }),
    server_name: field.string({
      description: 'Server name for TLS (SNI and certificate), if it differs from the host.',
    }),
    sentinel_master: field.string({
      description: 'Name of the master that the Sentinels monitor. Requires sentinel_nodes.',
      len_min: 1,
    }),
    sentinel_nodes: field.array(
      field.record(
        { host: host('Host of a Sentinel.'), port: port('Port of a Sentinel.') },
        { description: 'Address of a Sentinel.' },
      ),
      {
        description:
          'Sentinels that know the address of the master; used instead of host and port. Requires sentinel_master.',
        default: [],
      },
    ),
    sentinel_username: secret('User name for the Sentinels.'),
    sentinel_password: field.string({
      description: 'Password for the Sentinels.',
      referenceable: true,
      encrypted: true,
    }),
    cluster_nodes: field.array(
      field.record(
        { ip: host('Host of a node.'), port: port('Port of a node.') },
        { description: 'Address of a node of the cluster.' },
      ),
      {
        description:
          'Nodes of a Redis Cluster; used instead of host and port. A few suffice: the client discovers the others.',
        default: [],
      },
    ),
    cluster_max_redirections: field.integer({
      description: 'How many redirections between nodes of a cluster a command may follow.',
      default: 5,
      between: [1, 16],
    }),
  },
  { description: 'The Redis server, used with policy redis.', required: true },
);
