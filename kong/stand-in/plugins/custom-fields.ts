import type { Field } from '../config/field';
import type { LuaMachine, Phase } from '../lua/machine';
import { luaToString } from '../lua/value';
import type { Exchange } from '../request/exchange';
import type { PluginConfig } from '../request/plugin-config';

/** The config of a logging plugin with snippets by the field of the entry that they set; nil removes the field. */
export interface CustomFieldsConfig extends PluginConfig {
  readonly custom_fields_by_lua?: Readonly<Record<string, string>>;
}

/** Sets the custom fields of a log entry. Later plugins see them too, like in Kong (`kong.log.set_serialize_value`). */
export function customFields(
  name: string,
  lua: LuaMachine<Exchange>,
): (x: Exchange, config: CustomFieldsConfig) => void {
  const compiled = new WeakMap<PluginConfig, readonly (readonly [field: string, expression: Phase])[]>();
  const fieldsOf = (config: CustomFieldsConfig) => {
    const present = compiled.get(config);
    if (present) return present;
    const fields = Object.entries(config.custom_fields_by_lua ?? {}).map(
      ([field, source]) => [field, lua.compileExpression(luaToString(source), `${name}.${field}`)] as const,
    );
    compiled.set(config, fields);
    return fields;
  };
  return (x, config) => {
    for (const [key, expression] of fieldsOf(config))
      x.logValues.push({ key, value: lua.evaluate(x, name, expression) });
  };
}

/** The field of the schema. */
export function customFieldsField(lua: LuaMachine<Exchange>): Field {
  const snippet: Field = {
    type: 'string',
    len_min: 1,
    check: (source) => {
      const problem = lua.check(luaToString(source));
      return problem === undefined ? undefined : `Error parsing function: ${problem}`;
    },
  };
  return { type: 'map', keys: { type: 'string', len_min: 1 }, values: snippet };
}
