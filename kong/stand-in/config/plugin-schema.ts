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
    record: withRecordsRequired({ type: 'record', fields: [], ...record, required: true }),
    ...(schema.entity_checks && { rules: schema.entity_checks }),
    unscoped: ['consumer', 'route', 'service'].filter((name) => fields.get(name)?.eq === null),
  };
}

/** A record whose records, at any depth, are required unless they say otherwise (`kong/db/schema/entity.lua`). */
function withRecordsRequired(record: Field): Field {
  const fields = fieldsOf(record).map(([name, field]) => ({
    [name]: field.type === 'record' ? withRecordsRequired({ required: true, ...field }) : field,
  }));
  return { ...record, fields };
}
