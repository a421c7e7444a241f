import { field } from '../../../kong/pdk';

const host = (description: string) => field.string({ description, required: true, len_min: 1 });
const port = (description: string) => field.integer({ description, default: 6379, between: [0, 65_535] });
const secret = (description: string) => field.string({ description, referenceable: true });

/**
 * The `redis` record of a plugin: Kong's words (`kong/tools/redis/schema.lua`), with those that Kong's Enterprise
 * plugins have for Sentinel and Cluster.
 */
export const redisField = field.record(
  {
    host: field.string({ description: 'The host of the Redis server.', default: '127.0.0.1', len_min: 1 }),
    port: port('The port of the Redis server.'),
    timeout: field.integer({
      description: 'Milliseconds after which a request goes on without Redis; also the time to connect.',
      default: 200,
      between: [1, 60_000],
    }),
    username: secret('The user to connect as; needs Redis 6.'),
    password: field.string({ description: 'The password to connect with.', referenceable: true, encrypted: true }),
    database: field.integer({ description: 'The number of the database; not in a cluster.', default: 0, gt: -1 }),
    ssl: field.boolean({ description: 'Connect with TLS.', default: false }),
    ssl_verify: field.boolean({
      description: 'Verify the certificate of the server; NODE_EXTRA_CA_CERTS names own authorities.',
      default: true,
    }),
    server_name: field.string({ description: 'The name that the certificate must have, if not the host.' }),
    sentinel_master: field.string({ description: 'The name of the master that the Sentinels watch.', len_min: 1 }),
    sentinel_nodes: field.array(
      field.record(
        { host: host('The host of a Sentinel.'), port: port('The port of a Sentinel.') },
        { description: 'The address of a Sentinel.' },
      ),
      {
        description: 'Sentinels to ask for the master, in place of host and port; needs sentinel_master.',
        default: [],
      },
    ),
    sentinel_username: secret('The user to connect to the Sentinels as.'),
    sentinel_password: field.string({
      description: 'The password to connect to the Sentinels with.',
      referenceable: true,
      encrypted: true,
    }),
    cluster_nodes: field.array(
      field.record(
        { ip: host('The host of a node.'), port: port('The port of a node.') },
        { description: 'The address of a node of the cluster.' },
      ),
      { description: 'Nodes of a Redis Cluster to learn the others from, in place of host and port.', default: [] },
    ),
    cluster_max_redirections: field.integer({
      description: 'How often a command may be sent on from node to node.',
      default: 5,
      between: [1, 16],
    }),
  },
  { description: 'The Redis server.', required: true },
);
