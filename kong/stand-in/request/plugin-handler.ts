import type { Exited, LuaTable } from '../lua/value';
import type { Exchange } from './exchange';

/** What a phase of a plugin gives: nothing, or that it ended the request's phase. */
export type Step = undefined | Exited;

/** A configuration as a handler gets it: the plugin's own fields and Kong's `__plugin_id`, `service_id` and so on. */
export type PluginConfig = LuaTable & {
  readonly __plugin_id: string;
  readonly __key__: string;
  readonly __seq__: number;
};

/** A piece of the response's body on its way to the client; a filter may change it. */
export interface BodyPiece {
  data: Buffer;
  last: boolean;
}

/**
 * A plugin as the phases run it: Kong's handlers. A throw in rewrite or access answers 500, in a filter it breaks the
 * connection, in log it is only logged.
 */
export interface PluginHandler {
  readonly name: string;
  /** Higher ones run first. */
  readonly priority: number;
  readonly version: string;
  rewrite?(x: Exchange, config: PluginConfig): Step | Promise<Step>;
  access?(x: Exchange, config: PluginConfig): Step | Promise<Step>;
  headerFilter?(x: Exchange, config: PluginConfig): void;
  bodyFilter?(x: Exchange, config: PluginConfig, piece: BodyPiece): void;
  /** May go on after it returned: the exchange stays readable until its promise settles. */
  log?(x: Exchange, config: PluginConfig): void | Promise<void>;
}
