import type { Exited } from '../lua/value';
import type { Pdk } from '../pdk/table';
import type { PluginConfig } from '../request/plugin-config';
import { ConnectionPool } from './connection-pool';
import { RunningInstances, type InstanceCalls } from './instances';

/** Where a plugin is served, and what its calls share with other plugins of the same worker. */
export interface RpcOptions {
  /** Path of the unix socket. */
  readonly socket: string;
  /** Name of the plugin. */
  readonly plugin: string;
  readonly pool?: ConnectionPool;
  readonly instances?: RunningInstances;
  readonly log?: (level: string, message: string) => void;
}

/** What Kong's two clients of plugin servers have in common: the loop that starts instances and repeats events. */
export abstract class RpcClient implements InstanceCalls {
  protected readonly pool: ConnectionPool;
  protected readonly instances: RunningInstances;
  protected readonly log: NonNullable<RpcOptions['log']>;

  constructor(protected readonly options: RpcOptions) {
    this.pool = options.pool ?? new ConnectionPool();
    this.instances = options.instances ?? new RunningInstances();
    this.log = options.log ?? (() => undefined);
  }

  abstract startInstance(name: string, config: PluginConfig): Promise<number>;
  abstract closeInstance(id: number): Promise<void>;

  /** Runs an event on an instance. Returns {@link EXITED} when the plugin ended the phase. */
  protected abstract runEvent(instanceId: number, phase: string, pdk: Pdk): Promise<Exited | undefined>;
  /** Whether the error is one of the server or of the connection, which {@link handleEvent} handles. */
  protected abstract isServerFailure(error: unknown): error is Error;
  /** Whether the error means that the server no longer knows the instance. */
  protected abstract isInstanceLost(error: Error): boolean;
  /** Handles any other failure of the server or of the connection. */
  protected abstract handleFailure(error: Error, pdk: Pdk): Promise<Exited | undefined>;

  /**
   * Runs one event of the plugin. Starts the instance if necessary, and starts it again as often as the server loses
   * it.
   */
  async handleEvent(config: PluginConfig, phase: string, pdk: Pdk): Promise<Exited | undefined> {
    for (;;) {
      const id = await this.instances.idFor(this.options.plugin, config, this);
      try {
        return await this.runEvent(id, phase, pdk);
      } catch (error) {
        if (!this.isServerFailure(error)) throw error;
        if (!this.isInstanceLost(error)) return this.handleFailure(error, pdk);
        this.instances.resetEverywhere(this.options.plugin);
        this.log('warn', error.message);
      }
    }
  }
}
