import { isTable, toBytes, type LuaTable, type LuaValue } from '../lua/value';
import { fieldsOf, isReference, type Field } from './field';

/**
 * A configuration whose referenceable fields hold the values that their `{vault://env/NAME}` references name; the
 * references themselves stay in `$refs` beside them, as Kong keeps them. What can't be resolved becomes "", with a call
 * of `warn`. Other vaults than the environment are not emulated.
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
  for (const [name, field] of fieldsOf(record)) {
    const value = resolved[name];
    if (field.type === 'record' && isTable(value)) resolved[name] = resolveReferences(field, value, env, warn);
    else if (field.referenceable && isReference(value)) {
      references[name] = value;
      resolved[name] = lookUp(value);
    } else if (field.elements?.referenceable && Array.isArray(value)) {
      const list = value as readonly LuaValue[];
      if (!list.some(isReference)) continue;
      references[name] = list.filter(isReference);
      resolved[name] = list.map((element) => (isReference(element) ? lookUp(element) : element));
    }
  }
  return Object.keys(references).length > 0 ? { ...resolved, $refs: references } : resolved;
}

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
