import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { Log } from '../../../kong/pdk';
import { Circuit } from '../runtime/circuit';
import { createClient, type RedisClient } from './create-client';
import type { RedisConfig } from './redis-config';
import { failureOf, RedisFailure } from './redis-failure';
import type { Script } from './script';

/** The commands that `defineCommand` adds to a {@link RedisClient}. */
type ScriptCommands = Record<string, (...args: (string | number)[]) => Promise<unknown>>;

/** Within which a server must answer to count as up, in milliseconds. */
const MAX_PING_MS = 1000;

/** The connection to one Redis server or cluster, with a timeout for each command and a circuit breaker. */
export class RedisConnection {
  /** The number of users that {@link acquireRedis} gave it to. */
  users = 0;
  /** Called once when the connection is closed. */
  onClose: (() => void) | undefined;
  private readonly client: RedisClient;
  private readonly circuit: Circuit;
  private readonly definedCommands = new Set<string>();
  private hasMemory = true;

  constructor(
    private readonly config: RedisConfig,
    private readonly log: Log,
  ) {
    this.client = createClient(config);
    this.circuit = new Circuit(
      () => {
        log.warn({}, 'Redis does not respond: continuing without it, and probing until it responds');
      },
      () => {
        log.info({}, 'Redis responds again');
      },
    );
    this.logConnectionErrors();
  }

  /** Resolves when the server can be used, or after the timeout. */
  async opened(): Promise<void> {
    if (this.client.status === 'ready') return;
    await once(this.client, 'ready', { signal: AbortSignal.timeout(this.config.timeout) }).catch(() => undefined);
  }

  /** Runs a script; see {@link SharedRedis.run}. */
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    if (this.circuit.isClosed) return this.withinTimeout(this.call(script, keys, args));
    if (this.circuit.takeProbe(performance.now())) this.withinTimeout(this.client.ping()).catch(() => undefined);
    return Promise.reject(new RedisFailure('circuit_open', 'Redis did not respond recently'));
  }

  /** Whether the server answers now. Says nothing to the circuit: that depends on requests only. Never rejects. */
  async isUp(): Promise<boolean> {
    if (this.client.status !== 'ready') return false;
    const timeout = new Promise<false>((resolve) => {
      setTimeout(
        () => {
          resolve(false);
        },
        Math.min(this.config.timeout, MAX_PING_MS),
      ).unref();
    });
    const ping = this.client.ping().then(
      () => true,
      () => false,
    );
    return Promise.race([ping, timeout]);
  }

  close(): void {
    this.onClose?.();
    this.client.disconnect();
  }

  /** Each attempt to connect fails again: logs an error once, until another one or a connection. */
  private logConnectionErrors(): void {
    let lastLogged = '';
    this.client.on('error', (error: Error) => {
      if (error.message === lastLogged) return;
      lastLogged = error.message;
      // Only the message: the error contains the command that failed, and with it a password.
      this.log.warn({ reason: lastLogged }, 'connection to Redis failed');
    });
    this.client.on('ready', () => {
      lastLogged = '';
    });
  }

  private call({ name, lua }: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    if (!this.definedCommands.has(name)) {
      this.client.defineCommand(name, { lua });
      this.definedCommands.add(name);
    }
    const command = (this.client as unknown as ScriptCommands)[name];
    if (!command) throw new Error(`the Redis client has no command ${name}`);
    return command.call(this.client, keys.length, ...keys, ...args);
  }

  /** The result of a command within the timeout; updates the circuit. */
  private withinTimeout<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let isSettled = false;
      const fail = (error: unknown): void => {
        if (isSettled) return;
        isSettled = true;
        clearTimeout(timer);
        const failure = failureOf(error);
        this.onFailure(failure);
        reject(failure);
      };
      const timer = setTimeout(() => {
        fail(new RedisFailure('timeout', `Redis did not respond within ${this.config.timeout} ms`));
      }, this.config.timeout);
      work.then((result) => {
        isSettled = true;
        clearTimeout(timer);
        // A late response also shows that the server is available.
        this.circuit.succeed();
        this.setHasMemory(true);
        resolve(result);
      }, fail);
    });
  }

  /** A server without memory still responds at once, so it does not open the circuit. */
  private onFailure({ reason }: RedisFailure): void {
    if (reason === 'out_of_memory') this.setHasMemory(false);
    else this.circuit.fail(performance.now());
  }

  private setHasMemory(hasMemory: boolean): void {
    if (hasMemory === this.hasMemory) return;
    this.hasMemory = hasMemory;
    if (hasMemory) this.log.info({}, 'Redis accepts writes again');
    else this.log.warn({}, 'Redis is out of memory and rejects writes: raise its maxmemory, or lower the bounds');
  }
}
