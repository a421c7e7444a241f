import type { LuaTable, LuaValue } from '../lua/value';
import { isTable } from '../lua/value';
import { fieldsOf, type Field } from './field';

/**
 * A record with Kong's defaults (`Schema:process_auto_fields`): shorthand fields are expanded, missing fields get their
 * default, and a required record the defaults of its fields. Fields without a value are absent. Values of a wrong type
 * stay unchanged: the validation reports them.
 */
export function fillRecord(record: Field, input: LuaTable): LuaTable {
  const data = expand(record, input);
  const filled: Record<string, LuaValue> = {};
  for (const [name, value] of Object.entries(data)) {
    if (value !== undefined && value !== null) filled[name] = value;
  }
  for (const [name, field] of fieldsOf(record)) {
    const value = fillField(field, data[name]);
    if (value === undefined || value === null) Reflect.deleteProperty(filled, name);
    else filled[name] = value;
  }
  return filled;
}

function expand(record: Field, input: LuaTable): LuaTable {
  if (!record.expand) return input;
  const data: Record<string, LuaValue> = { ...input };
  for (const [name, of] of Object.entries(record.expand)) {
    const value = data[name];
    if (value === undefined) continue;
    Reflect.deleteProperty(data, name);
    Object.assign(data, of(value));
  }
  return data;
}

function fillField(field: Field, value: LuaValue): LuaValue {
  if (value === undefined) {
    if (field.default !== undefined) return fillField({ ...field, default: undefined }, field.default);
    return field.type === 'record' && field.required ? fillRecord(field, {}) : undefined;
  }
  if (value === null) return undefined;
  if (field.type === 'record') return isTable(value) ? fillRecord(field, value) : value;
  if (Array.isArray(value)) {
    const { elements } = field;
    const list = (value as readonly LuaValue[]).map((element) => (elements ? fillField(elements, element) : element));
    return field.type === 'set' ? [...new Set(list)] : list;
  }
  const { values } = field;
  if (field.type === 'map' && values && isTable(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fillField(values, member)]));
  }
  return value;
}
