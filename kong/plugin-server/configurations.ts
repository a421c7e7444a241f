import { createHash } from 'node:crypto';
import type { Environment, Log, Metrics, Plugin } from '../pdk';
import { readConfig } from '../pdk/read-config';

/** One configuration of a plugin, prepared once however many nginx workers hold an instance of it. */
export interface Configuration {
  readonly plugin: Plugin;
  /** What the plugin's `prepare` made. */
  readonly state: unknown;
}

interface Entry {
  readonly plugin: Plugin;
  readonly prepared: Promise<Configuration>;
  holders: number;
  failedAtMs?: number;
}

/** Kong starts an instance anew with every request while none is there; a configuration that fails waits this long. */
const RETRY_AFTER_MS = 1000;

/** What the host gives to every plugin. */
export interface HostResources {
  readonly metrics: Metrics;
  readonly log: Log;
  readonly now: () => number;
  readonly env: Environment;
}

/**
 * The prepared configurations of the process, counted by the instances that hold them.
 *
 * Kong numbers the same configuration differently in each worker (`__seq__`) and gives an unnamed plugin a new id at
 * each reload (`__plugin_id`), so a configuration is known by its place (`__key__`: plugin, route, service, consumer)
 * and its content. That way a reload that changes nothing keeps what was counted and learned.
 */
export class Configurations {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly resources: HostResources) {}

  get size(): number {
    return this.entries.size;
  }

  /**
   * Takes a hold of a configuration, preparing it if nobody holds it yet.
   *
   * @param raw the config as Kong sent it, parsed
   * @returns the configuration and its release, to be called once
   * @throws what `prepare` throws, and the same again without a new try for a second
   */
  async acquire(plugin: Plugin, raw: Readonly<Record<string, unknown>>): Promise<Configuration & Disposer> {
    const key = identityOf(plugin, raw);
    const entry = this.usable(key) ?? this.open(key, plugin, raw);
    entry.holders += 1;
    try {
      const configuration = await entry.prepared;
      return { ...configuration, release: once(() => this.release(key, entry)) };
    } catch (error) {
      entry.failedAtMs ??= this.resources.now();
      throw error;
    }
  }

  /** Disposes of every configuration, held or not; for the end of the process. */
  async closeAll(): Promise<void> {
    const entries = [...this.entries.values()];
    this.entries.clear();
    await Promise.all(entries.map((entry) => this.dispose(entry)));
  }

  private usable(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    const isStale = entry?.failedAtMs !== undefined && this.resources.now() - entry.failedAtMs >= RETRY_AFTER_MS;
    return isStale ? undefined : entry;
  }

  private open(key: string, plugin: Plugin, raw: Readonly<Record<string, unknown>>): Entry {
    const config = readConfig(plugin.fields, raw) as never;
    const prepare = async (): Promise<Configuration> => ({
      plugin,
      state: await plugin.prepare(config, { ...this.resources, scope: scopeOf(raw) }),
    });
    const entry: Entry = { plugin, prepared: prepare(), holders: 0 };
    this.entries.set(key, entry);
    return entry;
  }

  private async release(key: string, entry: Entry): Promise<void> {
    entry.holders -= 1;
    if (entry.holders > 0 || this.entries.get(key) !== entry) return;
    this.entries.delete(key);
    await this.dispose(entry);
  }

  private async dispose({ plugin, prepared, failedAtMs }: Entry): Promise<void> {
    if (failedAtMs !== undefined) return;
    try {
      const { state } = await prepared;
      await plugin.dispose?.(state as never);
    } catch (error) {
      this.resources.log.error({ err: error, plugin: plugin.name }, 'releasing a configuration failed');
    }
  }
}

interface Disposer {
  readonly release: () => Promise<void>;
}

/** Members that Kong adds to a plugin's config and that say nothing of what it is. */
const ADDED_BY_KONG = new Set(['__plugin_id', '__key__', '__seq__', '__ws_id', 'plugin_instance_name']);

function identityOf(plugin: Plugin, raw: Readonly<Record<string, unknown>>): string {
  const content = JSON.stringify(raw, (key, value: unknown) => (ADDED_BY_KONG.has(key) ? undefined : sorted(value)));
  const digest = createHash('sha256').update(content).digest('base64url');
  const place = raw['__key__'] ?? raw['__plugin_id'] ?? '';
  return JSON.stringify([plugin.name, place, digest]);
}

/** Lua's tables have no order: two workers may send the same config with its members in another one. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function scopeOf(raw: Readonly<Record<string, unknown>>) {
  const { service_id, route_id, consumer_id } = raw;
  return {
    ...(typeof service_id === 'string' && { serviceId: service_id }),
    ...(typeof route_id === 'string' && { routeId: route_id }),
    ...(typeof consumer_id === 'string' && { consumerId: consumer_id }),
  };
}

function once(release: () => Promise<void>): () => Promise<void> {
  let released: Promise<void> | undefined;
  return () => (released ??= release());
}
