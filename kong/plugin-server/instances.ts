import { randomInt } from 'node:crypto';
import type { Plugin } from '../pdk';
import type { Configuration, Configurations, AcquiredConfiguration } from './configurations';
import type { RawConfig } from './identity';

/** An instance that one nginx worker started. The worker sends the events of the configuration under its id. */
export interface Instance {
  readonly id: number;
  readonly configuration: Configuration;
  /**
   * Whether Kong holds the answers of the plugin's requests until they are released; undefined until it was read once. A
   * worker knows the phases of a plugin as long as it lives.
   */
  isArmed?: boolean;
}

interface HeldInstance extends Instance, AcquiredConfiguration {
  /** Plugin and scope, equal for all instances of one plugin entity. */
  readonly scopeKey: string;
  lastUsedMs: number;
}

/** Kong declares instance ids as int32. */
const MAX_ID = 2 ** 31 - 1;

/** More instances than Kong's workers start in practice. Beyond it, the instance that was unused for longest is closed. */
const MAX_INSTANCES = 20_000;

/** How long an instance must be idle before it is closed, in milliseconds. */
export interface IdleLimits {
  /** If a newer instance of the same scope has another configuration. */
  readonly replacedMs: number;
  /** In all other cases. */
  readonly otherwiseMs: number;
}

/**
 * The instances of all workers.
 *
 * Ids are random: a client of the socket must not be able to guess them, since an id is all that an event or a close
 * needs. Random ids also make it unlikely that a restarted server assigns an id again; workers keep the ids of a server
 * that ended, and an event under a reused id would run another plugin.
 */
export class Instances {
  private readonly held = new Map<number, HeldInstance>();

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
   * @throws when the plugin is unknown, the text is not a JSON object, or `prepare` rejects the configuration
   */
  async start(name: string, config: string): Promise<Instance> {
    const plugin = this.plugins.get(name);
    if (!plugin) throw new Error(`unknown plugin "${name}"`);
    const raw = parseConfig(config);
    const hold = await this.configurations.acquire(plugin, raw);
    const id = this.unusedId();
    const instance: HeldInstance = {
      ...hold,
      id,
      scopeKey: JSON.stringify([name, raw['__key__']]),
      lastUsedMs: this.now(),
    };
    this.held.set(id, instance);
    this.closeSurplus();
    return instance;
  }

  /** The instance of an event; undefined for a closed instance or an id of an earlier process. */
  use(id: number): Instance | undefined {
    const instance = this.held.get(id);
    if (instance) instance.lastUsedMs = this.now();
    return instance;
  }

  /** Closes an instance; the last one releases the configuration. Returns false for an unknown id. */
  close(id: number): boolean {
    const instance = this.held.get(id);
    instance?.release();
    return this.held.delete(id);
  }

  /**
   * Closes instances that Kong no longer uses. Kong does not close them when a plugin is removed, when a reload gives an
   * unnamed plugin another id, or when a worker ends. If a worker uses a closed instance again, the unknown id makes it
   * start a new one.
   */
  closeIdle({ replacedMs, otherwiseMs }: IdleLimits): void {
    const youngest = new Map<string, HeldInstance>();
    for (const instance of this.held.values()) youngest.set(instance.scopeKey, instance);
    const now = this.now();
    for (const { id, scopeKey, configuration, lastUsedMs } of [...this.held.values()]) {
      const isReplaced = youngest.get(scopeKey)?.configuration !== configuration;
      if (now - lastUsedMs > (isReplaced ? replacedMs : otherwiseMs)) this.close(id);
    }
  }

  private unusedId(): number {
    let id = this.randomId();
    while (this.held.has(id)) id = this.randomId();
    return id;
  }

  private closeSurplus(): void {
    if (this.held.size <= MAX_INSTANCES) return;
    let oldest: HeldInstance | undefined;
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
