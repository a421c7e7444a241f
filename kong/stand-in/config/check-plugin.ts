import { isTable, type LuaTable, type LuaValue } from '../lua/value';
import type { Complaint } from './complaint';
import type { Field, PatternMatch } from './field';
import { fillRecord } from './fill';
import type { KnownPlugin } from './plugin-schema';
import { validateRecord } from './validate';

/** The configuration of a plugin with the defaults of its schema, and its errors. */
export interface CheckedPlugin {
  readonly config: LuaValue;
  readonly complaints: readonly Complaint[];
}

/** Validates a `plugins` entity with the schema of its plugin. */
export function checkPlugin(
  entity: LuaTable,
  path: string,
  plugins: ReadonlyMap<string, KnownPlugin>,
  match: PatternMatch,
): CheckedPlugin {
  const { name, config = {} } = entity;
  if (typeof name !== 'string') return { config, complaints: [] };
  const known = plugins.get(name);
  if (!known) {
    const message = `plugin '${name}' not enabled; add it to the 'plugins' configuration property`;
    return { config, complaints: [{ path, message }] };
  }
  const bound = (known.unscoped ?? [])
    .filter((field) => entity[field] !== undefined)
    .map((field) => ({ path: `${path}.${field}`, message: 'value must be null' }));
  if (!known.record) return { config, complaints: bound };
  if (!isTable(config)) {
    return { config, complaints: [...bound, { path: `${path}.config`, message: 'expected a record' }] };
  }
  const found = validateRecord(known.record, config, `${path}.config`, match);
  const broken = found.length > 0 ? found : breaches(known, config, path, match);
  return { config: fillRecord(known.record, config), complaints: [...bound, ...broken] };
}

/** The errors that the rules of the whole configuration find. */
function breaches({ record, rules }: KnownPlugin, config: LuaTable, path: string, match: PatternMatch): Complaint[] {
  if (!record || !rules) return [];
  const whole: Field = { type: 'record', fields: [{ config: record }], entity_checks: rules };
  return validateRecord(whole, { config }, path, match);
}
