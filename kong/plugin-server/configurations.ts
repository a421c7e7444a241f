import { configuredParts, partsOf, type ConfiguredPart, type Plugin, type Resources, type SinglePlugin } from '../pdk';
import { phaseNeedsOf, type PartNeeds } from '../pdk/phase-needs';
import { readConfig } from '../pdk/read-config';
import { checkResponseReads } from '../pdk/response-phase';
import { identityOf, scopeOf, type RawConfig } from './identity';

/** One configuration of a plugin, prepared once for all nginx workers that have an instance of it. */
export interface Configuration {
  readonly plugin: Plugin;
  /** The parts that run, in order. A plugin that is not composed is its own only part. */
  readonly parts: readonly PreparedPart[];
  /** True if all requests of the configuration go to the same service. */
  readonly isBoundToService: boolean;
  /** Whether Kong may hold the answers of the plugin: its description can have a response phase. */
  readonly isHoldable: boolean;
  /** Whether another plugin, which Kong runs before this one, may hold answers that this one could release. */
  readonly isHeldBefore: () => boolean;
}

/** A plugin, or a part of a composed one, with the result of its `prepare`. */
export interface PreparedPart extends PartNeeds {
  readonly state: unknown;
}

/** A configuration in use. Call `release` when it is no longer needed; further calls do nothing. */
export interface AcquiredConfiguration {
  readonly configuration: Configuration;
  readonly release: () => void;
}

interface Entry {
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

  /**
   * The priorities of the plugins of which a configuration may hold answers, by their names. Kong starts a plugin's instance
   * before it runs it, so this is known when a later plugin runs for the same request.
   */
  private readonly holders = new Map<string, number>();

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
      const resources = { ...this.resources, scope: scopeOf(raw) };
      const parts = await this.prepareParts(configuredParts(plugin, config), resources);
      if (parts.some(mayHold)) this.holders.set(plugin.name, plugin.priority);
      const isHoldable = hasResponsePhase(plugin);
      const isHeldBefore = (): boolean => isHoldable && this.isHeldBefore(plugin);
      // A route belongs to one service.
      const { serviceId = '', routeId = '' } = resources.scope;
      return { plugin, parts, isBoundToService: serviceId !== '' || routeId !== '', isHoldable, isHeldBefore };
    };
    const entry: Entry = { prepared: prepare(), users: 0 };
    this.entries.set(key, entry);
    return entry;
  }

  private isHeldBefore({ name, priority }: Plugin): boolean {
    for (const [other, itsPriority] of this.holders) if (other !== name && itsPriority >= priority) return true;
    return false;
  }

  /** Prepares all parts. If one fails, the ones before it are disposed of. */
  private async prepareParts(configured: readonly ConfiguredPart[], resources: Resources): Promise<PreparedPart[]> {
    const parts: PreparedPart[] = [];
    try {
      for (const { plugin, config } of configured) {
        const needs = phaseNeedsOf(plugin, config);
        const state = await plugin.prepare(config as never, resources);
        parts.push({ plugin, needs, state });
        checkReads(plugin, state);
      }
    } catch (error) {
      await this.dispose(parts);
      throw error;
    }
    return parts;
  }

  /** Disposes of all parts; a failure is logged and does not keep the others. Never rejects. */
  private async dispose(parts: readonly PreparedPart[]): Promise<void> {
    const disposals = parts.map(async ({ plugin, state }) => {
      try {
        await plugin.dispose?.(state as never);
      } catch (error) {
        this.resources.log.error({ err: error, plugin: plugin.name }, 'configuration disposal failed');
      }
    });
    await Promise.all(disposals);
  }

  private release(key: string, entry: Entry): void {
    entry.users -= 1;
    if (entry.users > 0 || this.entries.get(key) !== entry) return;
    this.entries.delete(key);
    this.startDisposal(entry);
  }

  /** Disposing may send telemetry over the network, so only {@link closeAll} waits for it. */
  private startDisposal({ prepared }: Entry): void {
    const disposal = prepared
      .then(
        ({ parts }) => this.dispose(parts),
        // A configuration that failed to prepare holds nothing, and its error has been reported.
        () => undefined,
      )
      .finally(() => this.disposals.delete(disposal));
    this.disposals.add(disposal);
  }
}

/** @throws Error when the configuration makes a response phase read what is not possible there */
function checkReads({ name, phases }: SinglePlugin, state: unknown): void {
  const reads = phases.response?.reads;
  if (typeof reads === 'function') checkResponseReads(name, reads(state as never));
}

/** Whether a description of the plugin can make Kong hold its answers. */
export const hasResponsePhase = (plugin: Plugin): boolean => partsOf(plugin).some(({ phases }) => phases.response);

/** Whether the part has a response phase that its configuration needs. */
export const mayHold = ({ needs }: PartNeeds): boolean => needs.has('response');

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) action();
    isDone = true;
  };
}
