import type { HealthFacts, Log, Resources } from '../../../kong/pdk';
import { PerProcess } from '../runtime/per-process';
import { redisKey, type RedisConfig } from './redis-config';
import { RedisConnection } from './redis-connection';
import type { Script } from './script';

/** One Redis server or cluster. All configurations that name the same one share its connection. */
export interface SharedRedis {
  /**
   * Runs a script. Settles within the configured timeout; rejects only with `RedisFailure`. After a timeout it is unknown
   * whether the script ran.
   */
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  /** Ends the use of the connection; the last user closes it. */
  release(): Promise<void>;
}

const perProcess = new PerProcess<RedisConnection>();

/**
 * Returns the connection to a server, shared within the process. Resolves when it is open or after the timeout, so that a
 * configuration loads while its server is down.
 */
export async function acquireRedis(
  config: RedisConfig,
  { metrics, log, health }: Pick<Resources, 'metrics' | 'log' | 'health'>,
): Promise<SharedRedis> {
  const key = redisKey(config);
  const connection = perProcess.get(metrics, key, () => open(config, log, health));
  connection.users += 1;
  await connection.opened();
  let released = false;
  return {
    run: (script, keys, args) => connection.run(script, keys, args),
    release: () => {
      if (!released && --connection.users === 0) {
        perProcess.delete(metrics, key);
        connection.close();
      }
      released = true;
      return Promise.resolve();
    },
  };
}

/** Opens a connection that `/health` shows as long as it is in use. */
function open(config: RedisConfig, log: Log, health: HealthFacts | undefined): RedisConnection {
  const connection = new RedisConnection(config, log);
  connection.onClose = health?.dependOn({ name: 'redis', isUp: () => connection.isUp() });
  return connection;
}
