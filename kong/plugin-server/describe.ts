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

/** All phases that a plugin has. */
export function phasesOf(plugin: Plugin): PhaseName[] {
  const phases = partsOf(plugin).map((part) => part.phases);
  return PHASES.filter((name) => phases.some((one) => one[name]));
}

/** The phases to describe where nothing is known about the configurations: all but those on demand. */
export const defaultPhasesOf = (plugin: Plugin): PhaseName[] =>
  phasesOf(plugin).filter((name) => partsOf(plugin).some(({ phases }) => phases[name] && !phases[name].onDemand));

/** The phases that no description may leave out, because every configuration needs them. */
export const requiredPhasesOf = (plugin: Plugin): PhaseName[] =>
  phasesOf(plugin).filter((name) => partsOf(plugin).some(({ phases }) => phases[name] && !phases[name].neededBy));

/** In the order in which Kong runs them. */
export const PHASES: readonly PhaseName[] = ['access', 'response', 'log'];

/** Describes one plugin, with the phases that Kong is to call. */
export function describePlugin(plugin: Plugin, phases: readonly PhaseName[] = defaultPhasesOf(plugin)): PluginInfo {
  const { name, version, priority, fields } = plugin;
  const config = { type: 'record' as const, required: true, fields: toKongFields(fields) };
  return {
    Name: name,
    Version: version,
    Priority: priority,
    Phases: phases,
    Schema: { name, fields: [{ config }] },
  };
}

/** The answer to a query for one plugin; see {@link describePlugin}. */
export const answerQuery = (plugin: Plugin, phases?: readonly PhaseName[]): QueryAnswer => ({
  Protocol: 'ProtoBuf:1',
  Plugins: [describePlugin(plugin, phases)],
});
