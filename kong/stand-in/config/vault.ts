import { isTable, toBytes, type LuaTable, type LuaValue } from '../lua/value';
import { fieldsOf, isReference, type Field } from './field';

/**
 * A configuration with the values of its `{vault://env/NAME}` references in referenceable fields. The references stay
 * in `$refs`, like in Kong. A reference that cannot be resolved becomes "" and is reported with `warn`. Other vaults
 * than the environment are not emulated.
 */
export function resolveReferences(
  record: Field,
  config: LuaTable,
  env: Readonly<Record<string, string | undefined>>,
  warn: (message: string) => void,
): LuaTable {
  const resolved: Record<string, LuaValue> = { ...config };
  const references: Record<string, LuaValue> = {};
  const lookUp = (reference: string): string => {
    const value = readEnvironment(reference, env);
    if (value === undefined) warn(`unable to resolve reference ${reference}`);
    return value ?? '';
  };
  const inside = (field: Field | undefined, value: LuaValue): LuaValue => {
    if (field?.type === 'record' && isTable(value)) return resolveReferences(field, value, env, warn);
    if (Array.isArray(value)) return (value as readonly LuaValue[]).map((element) => inside(field?.elements, element));
    return field?.type === 'map' && isTable(value) ? mapValues(value, (member) => inside(field.values, member)) : value;
  };
  for (const [name, field] of fieldsOf(record)) {
    const value = resolved[name];
    const members = field.type === 'map' ? field.values : field.elements;
    if (field.referenceable && isReference(value)) {
      references[name] = value;
      resolved[name] = lookUp(value);
    } else if (members?.referenceable && Array.isArray(value)) {
      const list = value as readonly LuaValue[];
      if (!list.some(isReference)) continue;
      references[name] = list.filter(isReference);
      resolved[name] = list.map((element) => (isReference(element) ? lookUp(element) : element));
    } else if (members?.referenceable && isTable(value)) {
      const named = Object.entries(value).filter(([, member]) => isReference(member));
      if (named.length === 0) continue;
      references[name] = Object.fromEntries(named);
      resolved[name] = mapValues(value, (member) => (isReference(member) ? lookUp(member) : member));
    } else if (value !== undefined) resolved[name] = inside(field, value);
  }
  return Object.keys(references).length > 0 ? { ...resolved, $refs: references } : resolved;
}

const mapValues = (table: LuaTable, change: (value: LuaValue) => LuaValue): LuaTable =>
  Object.fromEntries(Object.entries(table).map(([key, value]) => [key, change(value)]));

function readEnvironment(reference: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const [, name, key] = /^\{vault:\/\/env\/([^/?}]+)(?:\/([^?}]+))?[^}]*\}$/.exec(reference) ?? [];
  const value = name === undefined ? undefined : env[name.replaceAll('-', '_').toUpperCase()];
  if (value === undefined || key === undefined) return value === undefined ? undefined : toBytes(value);
  try {
    const member = (JSON.parse(value) as Record<string, unknown>)[key];
    return typeof member === 'string' ? toBytes(member) : undefined;
  } catch {
    return undefined;
  }
}
