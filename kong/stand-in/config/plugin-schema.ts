import type { LuaTable } from '../lua/value';
import { fieldsOf, type Field } from './field';

/** The schema of an enabled plugin. `record` is absent for a bundled plugin that is not emulated. */
export interface KnownPlugin {
  readonly record?: Field;
  readonly rules?: readonly LuaTable[];
  /** Scopes that the schema of the plugin forbids. */
  readonly unscoped?: readonly string[];
}

/** The schema in the description of a plugin. */
export interface PluginSchema {
  readonly fields?: readonly Readonly<Record<string, Field>>[];
  readonly entity_checks?: readonly LuaTable[];
}

/** Reads the schema of a plugin: the record of its configuration, its rules and forbidden scopes. */
export function pluginSchema(schema: PluginSchema): KnownPlugin {
  const fields = new Map(fieldsOf({ type: 'record', fields: schema.fields ?? [] }));
  const record = fields.get('config');
  return {
    record: { type: 'record', fields: [], ...record, required: true },
    ...(schema.entity_checks && { rules: schema.entity_checks }),
    unscoped: ['consumer', 'route', 'service'].filter((name) => fields.get(name)?.eq === null),
  };
}
