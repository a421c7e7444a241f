import { WORKSPACE } from '../config/ids';
import type { PluginEntity, Route, Service } from '../config/model';
import type { LuaTable } from '../lua/value';
import type { PluginConfig } from './plugin-config';
import type { PluginHandler } from './plugin-handler';

/** A plugin with the configuration that applies to a request. */
export interface PluginRun {
  readonly handler: PluginHandler;
  readonly config: PluginConfig;
}

const keyOf = (route = '', service = '', consumer = ''): string => `${route}:${service}:${consumer}`;

/**
 * Which plugins run for a request, in which order, with which configuration (`runloop/plugins_iterator.lua`): the most
 * specific configuration of a plugin applies, independent of the priority of the plugin.
 */
export class PluginsIterator {
  private readonly handlers: readonly PluginHandler[];
  private readonly combos = new Map<string, Map<string, PluginConfig>>();

  /** `nextSequence` returns numbers that are unique across workers and earlier configurations. */
  constructor(
    plugins: readonly PluginEntity[],
    handlers: ReadonlyMap<string, PluginHandler>,
    nextSequence: () => number,
  ) {
    for (const plugin of plugins) {
      if (!plugin.enabled || !handlers.has(plugin.name)) continue;
      const combos = this.combos.get(plugin.name) ?? new Map<string, PluginConfig>();
      combos.set(keyOf(plugin.route?.id, plugin.service?.id, plugin.consumer?.id), configOf(plugin, nextSequence()));
      this.combos.set(plugin.name, combos);
    }
    this.handlers = [...this.combos.keys()].flatMap((name) => handlers.get(name) ?? []).sort(byPriority);
  }

  /** The global plugins: for the rewrite phase and for requests without a route. */
  globals(): PluginRun[] {
    return this.handlers.flatMap((handler) => {
      const config = this.combos.get(handler.name)?.get(keyOf());
      return config ? [{ handler, config }] : [];
    });
  }

  /** Yields the plugins of a request; a consumer that one of them authenticates applies to the following ones. */
  *collect(route: Route, service: Service | undefined, consumerId: () => string | undefined): Generator<PluginRun> {
    for (const handler of this.handlers) {
      const combos = this.combos.get(handler.name);
      const config = combos && lookUp(combos, route.id, service?.id, consumerId());
      if (config) yield { handler, config };
    }
  }
}

function byPriority(one: PluginHandler, other: PluginHandler): number {
  if (one.priority === other.priority && one.priority !== 0) return one.name > other.name ? -1 : 1;
  return other.priority - one.priority;
}

function configOf(plugin: PluginEntity, sequence: number): PluginConfig {
  const { route, service, consumer } = plugin;
  const scope: LuaTable = {
    ...(route && { route_id: route.id }),
    ...(service && { service_id: service.id }),
    ...(consumer && { consumer_id: consumer.id }),
    ...(plugin.instance_name !== undefined && { plugin_instance_name: plugin.instance_name }),
  };
  const key = ['plugins', plugin.name, route?.id, service?.id, consumer?.id, '', WORKSPACE.id].map(
    (part) => part ?? '',
  );
  return {
    ...plugin.config,
    ...scope,
    __plugin_id: plugin.id,
    __ws_id: WORKSPACE.id,
    __key__: key.join(':'),
    __seq__: sequence,
  };
}

/** Kong's order of precedence (`lookup_cfg`). */
function lookUp<T>(combos: ReadonlyMap<string, T>, route: string, service?: string, consumer?: string): T | undefined {
  const candidates = [
    service && consumer && keyOf(route, service, consumer),
    consumer && keyOf(route, '', consumer),
    service && consumer && keyOf('', service, consumer),
    service && keyOf(route, service),
    consumer && keyOf('', '', consumer),
    keyOf(route),
    service && keyOf('', service),
    keyOf(),
  ];
  for (const key of candidates) {
    const config = key ? combos.get(key) : undefined;
    if (config) return config;
  }
  return undefined;
}
