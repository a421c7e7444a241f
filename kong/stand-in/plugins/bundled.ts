import type { PluginSchema } from '../config/plugin-schema';
import type { PluginHandler } from '../request/plugin-handler';

/** A plugin of Kong's own that the stand-in emulates: what it does and what its configuration may be. */
export interface BundledPlugin {
  readonly handler: PluginHandler;
  readonly schema: PluginSchema;
}

/** `kong.meta`'s version, which is every bundled plugin's. */
export const KONG_VERSION = '3.9.3';

/** Kong's rule for plugins that are not bound to a consumer. */
export const noConsumer = { consumer: { type: 'foreign', eq: null } };
