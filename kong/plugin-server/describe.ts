import type { Plugin } from '../pdk';
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

/** The answer to a query: the transport to speak, and the plugin. Kong takes only the first one of the list. */
export interface QueryAnswer {
  readonly Protocol: 'ProtoBuf:1';
  readonly Plugins: readonly [PluginInfo];
}

export function describePlugin({ name, version, priority, phases, fields }: Plugin): PluginInfo {
  const config = { type: 'record' as const, required: true, fields: toKongFields(fields) };
  return {
    Name: name,
    Version: version,
    Priority: priority,
    Phases: Object.keys(phases),
    Schema: { name, fields: [{ config }] },
  };
}

export const answerQuery = (plugin: Plugin): QueryAnswer => ({
  Protocol: 'ProtoBuf:1',
  Plugins: [describePlugin(plugin)],
});
