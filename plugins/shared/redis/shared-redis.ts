import type { Log, Metrics } from '../../../kong/pdk';
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
export async function acquireRedis(config: RedisConfig, metrics: Metrics, log: Log): Promise<SharedRedis> {
  const key = redisKey(config);
  const connection = perProcess.get(metrics, key, () => new RedisConnection(config, log));
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
