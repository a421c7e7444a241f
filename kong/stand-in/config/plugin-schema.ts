import type { LuaTable } from '../lua/value';
import { fieldsOf, type Field } from './field';

/** What is known of a plugin when a file is read. `record` is absent for a bundled plugin that is not emulated. */
export interface KnownPlugin {
  readonly record?: Field;
  readonly rules?: readonly LuaTable[];
  /** References that the plugin's own schema forbids. */
  readonly unscoped?: readonly string[];
}

/** A plugin's schema as it stands in its description. */
export interface PluginSchema {
  readonly fields?: readonly Readonly<Record<string, Field>>[];
  readonly entity_checks?: readonly LuaTable[];
}

/** What a plugin's description says of its configuration: the record, its rules, and what it may not be bound to. */
export function pluginSchema(schema: PluginSchema): KnownPlugin {
  const fields = new Map(fieldsOf({ type: 'record', fields: schema.fields ?? [] }));
  const record = fields.get('config');
  return {
    record: { type: 'record', fields: [], ...record, required: true },
    ...(schema.entity_checks && { rules: schema.entity_checks }),
    unscoped: ['consumer', 'route', 'service'].filter((name) => fields.get(name)?.eq === null),
  };
}
