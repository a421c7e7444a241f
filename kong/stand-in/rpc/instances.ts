import { setTimeout as wait } from 'node:timers/promises';
import { LuaError } from '../lua/value';
import type { PluginConfig } from '../request/plugin-config';

/** The calls that start and close an instance, for both protocols. */
export interface InstanceCalls {
  /** Returns the id of the new instance. Throws when the server is not reachable or returns an error. */
  startInstance(name: string, config: PluginConfig): Promise<number>;
  /** Failures are ignored. */
  closeInstance(id: number): Promise<void>;
}

interface Instance {
  id: number | undefined;
  pluginName: string | undefined;
  pluginId: string;
  sequence: number;
}

const STEP_MS = 100;
const MAX_STEPS = 100;

/** The instances that one worker has started (`running_instances` in `plugin_servers/plugin.lua`). */
export class RunningInstances {
  private readonly instances = new Map<string, Instance>();
  /** Resets the instances of a plugin in all workers; by default in this worker only. */
  resetEverywhere: (pluginName: string) => void = (name) => {
    this.reset(name);
  };

  /** Forgets all instances of a plugin, because its server exited or lost one of them. */
  reset(pluginName: string): void {
    for (const [key, instance] of this.instances) if (instance.pluginName === pluginName) this.instances.delete(key);
  }

  /**
   * The id of the instance for a configuration. Starts the instance if necessary, and then closes an older one with the
   * same plugin id. Throws {@link LuaError} when it cannot be started.
   */
  async idFor(pluginName: string, config: PluginConfig, calls: InstanceCalls): Promise<number> {
    const key = config.__plugin_id;
    const present = await this.settled(key, pluginName);
    if (present?.id !== undefined && present.sequence === config.__seq__ && present.pluginId === key) return present.id;
    const oldId = present?.id;
    const instance = present ?? { id: undefined, pluginName: undefined, pluginId: key, sequence: config.__seq__ };
    instance.id = undefined;
    this.instances.set(key, instance);
    try {
      instance.id = await calls.startInstance(pluginName, config);
    } catch (error) {
      this.instances.delete(key);
      throw new LuaError(error instanceof Error ? error.message : String(error));
    }
    Object.assign(instance, { pluginName, pluginId: key, sequence: config.__seq__ });
    const { id } = instance;
    if (oldId !== undefined) await calls.closeInstance(oldId);
    return id;
  }

  /** Waits up to ten seconds for an instance that is being started. */
  private async settled(key: string, pluginName: string): Promise<Instance | undefined> {
    let instance = this.instances.get(key);
    for (let steps = 1; instance && instance.id === undefined; steps++) {
      await wait(STEP_MS);
      if (steps > MAX_STEPS) {
        this.instances.delete(key);
        throw new LuaError(`Could not claim instance_id for ${pluginName} (key: ${key})`);
      }
      instance = this.instances.get(key);
    }
    return instance;
  }
}
