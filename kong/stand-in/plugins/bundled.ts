import type { Field } from '../config/field';
import type { PluginSchema } from '../config/plugin-schema';
import type { PluginHandler } from '../request/plugin-handler';

/** A bundled plugin of Kong that the stand-in emulates: its handler, and the schema of its configuration. */
export interface BundledPlugin {
  readonly handler: PluginHandler;
  readonly schema: PluginSchema;
}

/**
 * The schema of a plugin from the fields of its configuration. `noConsumer`: it cannot be configured for a consumer.
 */
export const configSchema = (
  fields: NonNullable<Field['fields']>,
  options: {
    readonly noConsumer?: true;
    readonly check?: NonNullable<Field['check']>;
    readonly entityChecks?: NonNullable<PluginSchema['entity_checks']>;
  } = {},
): PluginSchema => ({
  fields: [
    ...(options.noConsumer ? [{ consumer: { type: 'foreign', eq: null } }] : []),
    { config: { type: 'record', fields, ...(options.check && { check: options.check }) } },
  ],
  ...(options.entityChecks && { entity_checks: options.entityChecks }),
});

/** A boolean field with a default. */
export const flag = (value: boolean): Field => ({ type: 'boolean', required: true, default: value });
