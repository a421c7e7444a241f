import type { Plugin, Resources } from '../pdk';
import { readConfig } from '../pdk/read-config';
import { identityOf, scopeOf, type RawConfig } from './identity';

/** One configuration of a plugin, prepared once for all nginx workers that have an instance of it. */
export interface Configuration {
  readonly plugin: Plugin;
  /** The result of the plugin's `prepare`. */
  readonly state: unknown;
}

/** A configuration in use. Call `release` when it is no longer needed; further calls do nothing. */
export interface AcquiredConfiguration {
  readonly configuration: Configuration;
  readonly release: () => void;
}

interface Entry {
  readonly plugin: Plugin;
  readonly prepared: Promise<Configuration>;
  users: number;
  failedAtMs?: number;
}

/** Kong tries to start a missing instance with every request; a configuration that failed is not tried again earlier. */
const RETRY_AFTER_MS = 1000;

/** What every configuration receives from its host. */
export type HostResources = Omit<Resources, 'scope'>;

/**
 * The prepared configurations of the process. Each is disposed of when no instance uses it any more.
 *
 * Instances with equal configs ({@link identityOf}) share one, so a reload of Kong that changes nothing keeps the plugins'
 * state.
 */
export class Configurations {
  private readonly entries = new Map<string, Entry>();
  /** Disposals in progress; {@link closeAll} waits for them. */
  private readonly disposals = new Set<Promise<void>>();

  constructor(private readonly resources: HostResources) {}

  /** Number of configurations that are prepared or being prepared. */
  get size(): number {
    let size = 0;
    for (const { failedAtMs } of this.entries.values()) if (failedAtMs === undefined) size += 1;
    return size;
  }

  /**
   * Returns a configuration, and prepares it unless it is in use already.
   *
   * @param raw the config as Kong sent it, parsed
   * @throws what `prepare` throws; the same error again, without a new attempt, for one second
   */
  async acquire(plugin: Plugin, raw: RawConfig): Promise<AcquiredConfiguration> {
    this.forgetOldFailures();
    const key = identityOf(plugin, raw);
    const entry = this.entries.get(key) ?? this.open(key, plugin, raw);
    entry.users += 1;
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

  /** Disposes of every configuration and waits for that, before the process ends. Never rejects. */
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
      return { plugin, state: await plugin.prepare(config, { ...this.resources, scope: scopeOf(raw) }) };
    };
    const entry: Entry = { plugin, prepared: prepare(), users: 0 };
    this.entries.set(key, entry);
    return entry;
  }

  private release(key: string, entry: Entry): void {
    entry.users -= 1;
    if (entry.users > 0 || this.entries.get(key) !== entry) return;
    this.entries.delete(key);
    this.startDisposal(entry);
  }

  /** Disposing may send telemetry over the network, so only {@link closeAll} waits for it. */
  private startDisposal({ plugin, prepared }: Entry): void {
    const disposal = prepared
      .then(
        ({ state }) => plugin.dispose?.(state as never),
        // A configuration that failed to prepare holds nothing, and its error has been reported.
        () => undefined,
      )
      .catch((error: unknown) => {
        this.resources.log.error({ err: error, plugin: plugin.name }, 'configuration disposal failed');
      })
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
