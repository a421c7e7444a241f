import { partsOf, type PhaseName, type Plugin } from '../pdk';
import { toKongFields, type KongField } from '../pdk/kong-schema';

/** A plugin as Kong asks for it with `pluginserver_<NAME>_query_cmd` (`kong/runloop/plugin_servers/process.lua`). */
export interface PluginInfo {
  readonly Name: string;
  readonly Version: string;
  readonly Priority: number;
  readonly Phases: readonly string[];
  readonly Schema: {
    readonly name: string;
    readonly fields: readonly KongField[];
  };
}

/** The answer to a query: the protocol and the plugin. Kong reads only the first plugin of the list. */
export interface QueryAnswer {
  readonly Protocol: 'ProtoBuf:1';
  readonly Plugins: readonly [PluginInfo];
}

/** The phases that Kong is to call. Phases on demand are included only if `onDemand` is true. */
export function phasesOf(plugin: Plugin, onDemand = false): PhaseName[] {
  const phases = partsOf(plugin).map((part) => part.phases);
  return PHASES.filter((name) => phases.some(({ [name]: phase }) => phase && (onDemand || !phase.onDemand)));
}

const PHASES: readonly PhaseName[] = ['access', 'response', 'log'];

/** Describes one plugin; see {@link phasesOf} for `onDemand`. */
export function describePlugin(plugin: Plugin, onDemand = false): PluginInfo {
  const { name, version, priority, fields } = plugin;
  const config = { type: 'record' as const, required: true, fields: toKongFields(fields) };
  return {
    Name: name,
    Version: version,
    Priority: priority,
    Phases: phasesOf(plugin, onDemand),
    Schema: { name, fields: [{ config }] },
  };
}

/** The answer to a query for one plugin; see {@link phasesOf} for `onDemand`. */
export const answerQuery = (plugin: Plugin, onDemand = false): QueryAnswer => ({
  Protocol: 'ProtoBuf:1',
  Plugins: [describePlugin(plugin, onDemand)],
});
