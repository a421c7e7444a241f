import { randomInt } from 'node:crypto';
import type { Plugin } from '../pdk';
import type { Configuration, Configurations, Hold } from './configurations';
import type { RawConfig } from './identity';

/** What one nginx worker started: an id under which it sends the events of one configuration. */
export interface Instance {
  readonly id: number;
  readonly configuration: Configuration;
}

interface Held extends Instance, Hold {
  readonly place: string;
  lastUsedMs: number;
}

/** Kong declares instance ids as int32. */
const MAX_ID = 2 ** 31 - 1;

/** More instances than Kong's workers ever start; beyond it the longest unused ones are closed. */
const MAX_INSTANCES = 20_000;

/** How long an instance must have been silent to count as forgotten, in milliseconds. */
export interface Patience {
  /** When a younger instance at the same place has another configuration. */
  readonly replacedMs: number;
  /** In any case. */
  readonly silentMs: number;
}

/**
 * The instances of all workers.
 *
 * Ids are random: who can connect to the socket must not guess them, since an id is all that an event or a close
 * needs. For the same reason two lives of the server hardly ever give out the same id; workers keep the ids of a
 * server that died, and an event under a reused id would run another plugin.
 */
export class Instances {
  private readonly held = new Map<number, Held>();

  constructor(
    private readonly plugins: ReadonlyMap<string, Plugin>,
    private readonly configurations: Configurations,
    private readonly now: () => number,
    private readonly randomId: () => number = () => randomInt(1, MAX_ID + 1),
  ) {}

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
    const hold = await this.configurations.acquire(plugin, raw);
    const id = this.unusedId();
    const instance: Held = { ...hold, id, place: JSON.stringify([name, raw['__key__']]), lastUsedMs: this.now() };
    this.held.set(id, instance);
    this.closeSurplus();
    return instance;
  }

  /** The instance of an event; undefined for an id of an earlier life or a closed one. */
  use(id: number): Instance | undefined {
    const instance = this.held.get(id);
    if (instance) instance.lastUsedMs = this.now();
    return instance;
  }

  /** Closes an instance; the last one of a configuration releases it. False for an unknown id, which changes nothing. */
  close(id: number): boolean {
    const instance = this.held.get(id);
    instance?.release();
    return this.held.delete(id);
  }

  /**
   * Closes what Kong forgot. It says nothing when a plugin is removed, when a reload gives an unnamed plugin another id,
   * and when a worker ends; only silence tells. Should a worker use such an instance again, the unknown id makes it
   * start a new one.
   */
  closeForgotten({ replacedMs, silentMs }: Patience): void {
    const youngest = new Map<string, Held>();
    for (const instance of this.held.values()) youngest.set(instance.place, instance);
    const now = this.now();
    for (const { id, place, configuration, lastUsedMs } of [...this.held.values()]) {
      const isReplaced = youngest.get(place)?.configuration !== configuration;
      if (now - lastUsedMs > (isReplaced ? replacedMs : silentMs)) this.close(id);
    }
  }

  private unusedId(): number {
    let id = this.randomId();
    while (this.held.has(id)) id = this.randomId();
    return id;
  }

  private closeSurplus(): void {
    if (this.held.size <= MAX_INSTANCES) return;
    let oldest: Held | undefined;
    for (const instance of this.held.values()) {
      if (!oldest || instance.lastUsedMs < oldest.lastUsedMs) oldest = instance;
    }
    if (oldest) this.close(oldest.id);
  }
}

function parseConfig(text: string): RawConfig {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may hold a secret.
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw new Error('config is not a JSON object');
  return raw as RawConfig;
}
