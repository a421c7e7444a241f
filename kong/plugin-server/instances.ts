import type { Plugin } from '../pdk';
import type { Configuration, Configurations } from './configurations';

/** What one nginx worker started: an id under which it sends the events of one configuration. */
export interface Instance {
  readonly id: number;
  readonly configuration: Configuration;
}

interface Held extends Instance {
  readonly place: string;
  readonly release: () => Promise<void>;
  lastUsedMs: number;
}

/** Kong declares instance ids as int32. */
const MAX_ID = 2 ** 31 - 1;

/**
 * The instances of all workers.
 *
 * Ids go on from the clock's milliseconds, so that two lives of the server never give out the same one: workers keep
 * the ids of a server that died, and an event under a reused id would run another plugin.
 */
export class Instances {
  private readonly held = new Map<number, Held>();
  private nextId: number;

  constructor(
    private readonly plugins: ReadonlyMap<string, Plugin>,
    private readonly configurations: Configurations,
    private readonly now: () => number,
  ) {
    this.nextId = (now() % MAX_ID) + 1;
  }

  get size(): number {
    return this.held.size;
  }

  /** Whether the server has a plugin of that name. */
  knows(name: string): boolean {
    return this.plugins.has(name);
  }

  /**
   * Starts an instance.
   *
   * @param config the JSON text that Kong sent
   * @throws when the plugin is unknown, the text no JSON object, or `prepare` refuses the configuration
   */
  async start(name: string, config: string): Promise<Instance> {
    const plugin = this.plugins.get(name);
    if (!plugin) throw new Error(`no plugin "${name}" in this server`);
    const raw = parseConfig(config);
    const { release, ...configuration } = await this.configurations.acquire(plugin, raw);
    const instance: Held = {
      id: this.nextId,
      configuration,
      place: JSON.stringify([name, raw['__key__']]),
      release,
      lastUsedMs: this.now(),
    };
    this.nextId = instance.id === MAX_ID ? 1 : instance.id + 1;
    this.held.set(instance.id, instance);
    return instance;
  }

  /** The instance of an event; undefined for an id of an earlier life or a closed one. */
  use(id: number): Instance | undefined {
    const instance = this.held.get(id);
    if (instance) instance.lastUsedMs = this.now();
    return instance;
  }

  /** Closes an instance; the last one of a configuration releases it. Unknown ids are ignored. */
  async close(id: number): Promise<void> {
    const instance = this.held.get(id);
    if (!instance) return;
    this.held.delete(id);
    await instance.release();
  }

  /**
   * Closes what Kong forgot: at a reload it drops the instances of unnamed plugins without a word, since their ids
   * change. Only an instance whose place has a younger one, and that had no event for `idleMs`, is closed; should a
   * worker use it again, the unknown id makes it start a new one.
   */
  async closeForgotten(idleMs: number): Promise<void> {
    const youngest = new Map<string, Held>();
    for (const instance of this.held.values()) youngest.set(instance.place, instance);
    const deadline = this.now() - idleMs;
    const forgotten = [...this.held.values()].filter(
      (instance) =>
        instance.lastUsedMs < deadline &&
        youngest.get(instance.place)?.configuration.state !== instance.configuration.state,
    );
    await Promise.all(forgotten.map(({ id }) => this.close(id)));
  }
}

function parseConfig(text: string): Readonly<Record<string, unknown>> {
  const raw: unknown = JSON.parse(text);
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw new Error('the config is no JSON object');
  return raw as Record<string, unknown>;
}
