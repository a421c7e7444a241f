import { configuredParts, type ConfiguredPart, type Plugin, type Resources, type SinglePlugin } from '../pdk';
import { readConfig } from '../pdk/read-config';
import { identityOf, scopeOf, type RawConfig } from './identity';

/** One configuration of a plugin, prepared once however many nginx workers hold an instance of it. */
export interface Configuration {
  readonly plugin: Plugin;
  /** The parts that run, in order; of a plugin that is not composed one, itself. */
  readonly parts: readonly PreparedPart[];
  /** True where all requests of the configuration go to one service. */
  readonly isBoundToService: boolean;
}

/** A plugin, or a part of a composed one, with what its `prepare` made of its config. */
export interface PreparedPart {
  readonly plugin: SinglePlugin;
  readonly state: unknown;
}

/** A configuration and the way to give it back; a second call of `release` does nothing. */
export interface Hold {
  readonly configuration: Configuration;
  readonly release: () => void;
}

interface Entry {
  readonly prepared: Promise<Configuration>;
  holders: number;
  failedAtMs?: number;
}

/** Kong starts an instance anew with every request while none is there; a configuration that fails waits this long. */
const RETRY_AFTER_MS = 1000;

/** What the host gives to every plugin. */
export type HostResources = Omit<Resources, 'scope'>;

/**
 * The prepared configurations of the process, counted by the instances that hold them.
 *
 * Two instances share one where their configs are the same ({@link identityOf}), so a reload of Kong that changes
 * nothing keeps what was counted and learned.
 */
export class Configurations {
  private readonly entries = new Map<string, Entry>();
  /** Disposals under way; the end of the process waits for them. */
  private readonly disposals = new Set<Promise<void>>();

  constructor(private readonly resources: HostResources) {}

  /** How many are prepared, or about to be. */
  get size(): number {
    let size = 0;
    for (const { failedAtMs } of this.entries.values()) if (failedAtMs === undefined) size += 1;
    return size;
  }

  /**
   * Takes a hold of a configuration, preparing it if nobody holds it yet. Release it once.
   *
   * @param raw the config as Kong sent it, parsed
   * @throws what `prepare` throws, and the same again without a new try for a second
   */
  async acquire(plugin: Plugin, raw: RawConfig): Promise<Hold> {
    this.forgetOldFailures();
    const key = identityOf(plugin, raw);
    const entry = this.entries.get(key) ?? this.open(key, plugin, raw);
    entry.holders += 1;
    try {
      const configuration = await entry.prepared;
      return {
        configuration,
        release: once(() => {
          this.release(key, entry);
        }),
      };
    } catch (error) {
      entry.failedAtMs ??= this.resources.now();
      throw error;
    }
  }

  /** Disposes of every configuration, held or not, and waits for it; for the end of the process. Never rejects. */
  async closeAll(): Promise<void> {
    for (const entry of this.entries.values()) this.startDisposal(entry);
    this.entries.clear();
    await Promise.all(this.disposals);
  }

  private forgetOldFailures(): void {
    const oldestKept = this.resources.now() - RETRY_AFTER_MS;
    for (const [key, { failedAtMs }] of this.entries) {
      if (failedAtMs !== undefined && failedAtMs <= oldestKept) this.entries.delete(key);
    }
  }

  private open(key: string, plugin: Plugin, raw: RawConfig): Entry {
    const prepare = async (): Promise<Configuration> => {
      const config = readConfig(plugin.fields, raw) as never;
      plugin.check?.(config);
      const resources = { ...this.resources, scope: scopeOf(raw) };
      const parts = await this.prepareParts(configuredParts(plugin, config), resources);
      return { plugin, parts, isBoundToService: resources.scope.serviceId !== undefined };
    };
    const entry: Entry = { prepared: prepare(), holders: 0 };
    this.entries.set(key, entry);
    return entry;
  }

  /** Prepares all parts, or none: what was prepared before a failure is released again. */
  private async prepareParts(configured: readonly ConfiguredPart[], resources: Resources): Promise<PreparedPart[]> {
    const parts: PreparedPart[] = [];
    try {
      for (const { plugin, config } of configured) {
        parts.push({ plugin, state: await plugin.prepare(config as never, resources) });
      }
    } catch (error) {
      await this.dispose(parts);
      throw error;
    }
    return parts;
  }

  private async dispose(parts: readonly PreparedPart[]): Promise<void> {
    const disposals = parts.map(async ({ plugin, state }) => {
      try {
        await plugin.dispose?.(state as never);
      } catch (error) {
        this.resources.log.error({ err: error, plugin: plugin.name }, 'releasing a configuration failed');
      }
    });
    await Promise.all(disposals);
  }

  private release(key: string, entry: Entry): void {
    entry.holders -= 1;
    if (entry.holders > 0 || this.entries.get(key) !== entry) return;
    this.entries.delete(key);
    this.startDisposal(entry);
  }

  /** Disposing may flush telemetry over the network: nobody but the end of the process waits for it. */
  private startDisposal({ prepared }: Entry): void {
    const disposal = prepared
      .then(
        ({ parts }) => this.dispose(parts),
        // What could not be prepared holds nothing; whoever asked for it was told.
        () => undefined,
      )
      .finally(() => this.disposals.delete(disposal));
    this.disposals.add(disposal);
  }
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) action();
    isDone = true;
  };
}
