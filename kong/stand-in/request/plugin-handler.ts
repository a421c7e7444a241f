import type { Exited } from '../lua/value';
import type { Exchange } from './exchange';
import type { PluginConfig } from './plugin-config';

/** The result of a phase of a plugin: nothing, or that it ended the phase of the request. */
export type Step = undefined | Exited;

/** A part of the response body on its way to the client; a filter may change it. */
export interface BodyPart {
  data: Buffer;
  last: boolean;
}

/**
 * A plugin as the phases run it, like a handler in Kong. An exception in rewrite or access results in a 500 response,
 * in a filter it closes the connection, in log it is only logged.
 */
export interface PluginHandler {
  readonly name: string;
  /** Handlers with a higher priority run first. */
  readonly priority: number;
  readonly version: string;
  rewrite?(x: Exchange, config: PluginConfig): Step | Promise<Step>;
  access?(x: Exchange, config: PluginConfig): Step | Promise<Step>;
  /** Runs for an answer that was read as a whole. That a plugin has it makes Kong read it so. */
  response?(x: Exchange, config: PluginConfig): Step | Promise<Step>;
  headerFilter?(x: Exchange, config: PluginConfig): void;
  bodyFilter?(x: Exchange, config: PluginConfig, part: BodyPart): void;
  /** May continue after it returned: the exchange stays readable until the promise settles. */
  log?(x: Exchange, config: PluginConfig): void | Promise<void>;
}
