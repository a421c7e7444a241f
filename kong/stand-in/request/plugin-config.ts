import type { LuaTable } from '../lua/value';

/**
 * The configuration that a handler receives: the fields of the plugin, and Kong's `__plugin_id`, `service_id` and so
 * on.
 */
export type PluginConfig = LuaTable & {
  readonly __plugin_id: string;
  readonly __key__: string;
  readonly __seq__: number;
};
