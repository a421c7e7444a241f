import { parse } from 'yaml';
import { isTable, toBytes, type LuaTable, type LuaValue } from '../lua/value';
import { ConfigError } from './config-error';

/** Parses YAML into a table whose strings are byte strings. Throws {@link ConfigError} if it is not a valid mapping. */
export function parseYaml(text: string): LuaTable {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 1000 });
  } catch (error) {
    throw new ConfigError([
      { path: '', message: `failed parsing yaml: ${error instanceof Error ? error.message : ''}` },
    ]);
  }
  const table = inBytes(value);
  if (!isTable(table)) throw new ConfigError([{ path: '', message: 'expected an object' }]);
  return table;
}

/** A YAML value with byte strings. */
function inBytes(value: unknown): LuaValue {
  if (typeof value === 'string') return toBytes(value);
  if (Array.isArray(value)) return value.map(inBytes);
  if (typeof value !== 'object' || value === null) return value as LuaValue;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [toBytes(key), inBytes(member)]));
}
