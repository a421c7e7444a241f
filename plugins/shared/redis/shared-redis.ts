import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { Log, Metrics } from '../../../kong/pdk';
import { PerProcess } from '../runtime/per-process';
import { Circuit } from './circuit';
import { createClient, type RedisClient } from './create-client';
import { redisKey, type RedisConfig } from './redis-config';
import { failureOf, RedisFailure } from './redis-failure';

/** A script that runs on the server as one step. */
export interface Script {
  /** A name of lower-case letters, no command of Redis. */
  readonly name: string;
  readonly lua: string;
}

/** The connection to one Redis server or cluster, shared by all configurations that name the same. */
export interface SharedRedis {
  /**
   * Runs a script. Settles within the configured timeout; rejects with {@link RedisFailure} and nothing else. After a
   * timeout nobody knows whether it ran.
   */
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  /** Gives the connection back; the last user closes it. */
  release(): Promise<void>;
}

/** A command that {@link RedisClient} learned from a script. */
type Learned = Record<string, (...args: (string | number)[]) => Promise<unknown>>;

class Connection {
  users = 0;
  private readonly client: RedisClient;
  private readonly circuit: Circuit;
  private readonly learned = new Set<string>();
  private hasMemory = true;

  constructor(
    private readonly timeoutMs: number,
    config: RedisConfig,
    private readonly log: Log,
  ) {
    this.client = createClient(config);
    this.circuit = new Circuit(
      () => {
        log.warn({ retry: 'until it answers' }, 'Redis does not answer: going on without it');
      },
      () => {
        log.info({}, 'Redis answers again');
      },
    );
    let lastLogged = '';
    // Each attempt to connect fails anew: only news are told.
    this.client.on('error', (error: Error) => {
      if (error.message === lastLogged) return;
      lastLogged = error.message;
      // The error itself holds the command that failed, and with it a password.
      log.warn({ reason: lastLogged }, 'the connection to Redis failed');
    });
    this.client.on('ready', () => {
      lastLogged = '';
    });
  }

  /** Resolves when the server can be asked, or after the timeout. */
  async opened(): Promise<void> {
    if (this.client.status === 'ready') return;
    await once(this.client, 'ready', { signal: AbortSignal.timeout(this.timeoutMs) }).catch(() => undefined);
  }

  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    if (this.circuit.isClosed) return this.withinTimeout(this.call(script, keys, args));
    if (this.circuit.takeProbe(performance.now())) this.withinTimeout(this.client.ping()).catch(() => undefined);
    return Promise.reject(new RedisFailure('circuit_open', 'Redis did not answer lately'));
  }

  close(): void {
    this.client.disconnect();
  }

  private call({ name, lua }: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    if (!this.learned.has(name)) {
      this.client.defineCommand(name, { lua });
      this.learned.add(name);
    }
    const command = (this.client as unknown as Learned)[name];
    if (!command) throw new Error(`Redis has not learned ${name}`);
    return command.call(this.client, keys.length, ...keys, ...args);
  }

  /** A server that has no memory left does answer, at once: nobody is kept away from it. */
  private note(failure: RedisFailure): void {
    if (failure.reason === 'out_of_memory') this.noteMemory(false);
    else this.circuit.fail(performance.now());
  }

  private noteMemory(hasMemory: boolean): void {
    if (hasMemory === this.hasMemory) return;
    this.hasMemory = hasMemory;
    if (hasMemory) this.log.info({}, 'Redis takes in keys again');
    else this.log.warn({}, 'Redis is out of memory and takes in no keys: raise its maxmemory, or lower the bounds');
  }

  /** The result of a command, which tells the circuit how the server does. */
  private withinTimeout<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let isSettled = false;
      const fail = (error: unknown): void => {
        if (isSettled) return;
        isSettled = true;
        clearTimeout(timer);
        const failure = failureOf(error);
        this.note(failure);
        reject(failure);
      };
      const timer = setTimeout(() => {
        fail(new RedisFailure('timeout', `Redis did not answer within ${this.timeoutMs} ms`));
      }, this.timeoutMs);
      work.then((result) => {
        isSettled = true;
        clearTimeout(timer);
        // Also a late answer tells that the server is there.
        this.circuit.succeed();
        this.noteMemory(true);
        resolve(result);
      }, fail);
    });
  }
}

const perProcess = new PerProcess<Connection>();

/**
 * The connection to a server, shared within the process. Resolves when it is open, or after the timeout when it is
 * not: a server that is away does not keep a configuration from loading.
 */
export async function acquireRedis(config: RedisConfig, metrics: Metrics, log: Log): Promise<SharedRedis> {
  const name = redisKey(config);
  const connection = perProcess.get(metrics, name, () => new Connection(config.timeout, config, log));
  connection.users += 1;
  await connection.opened();
  let released = false;
  return {
    run: (script, keys, args) => connection.run(script, keys, args),
    release: () => {
      if (!released && --connection.users === 0) {
        perProcess.delete(metrics, name);
        connection.close();
      }
      released = true;
      return Promise.resolve();
    },
  };
}
