import { Failure, isTable, LuaError, Several, toBytes, type LuaValue, type PdkResult } from '../lua/value';
import { Binary, EmptyMap, type Packable } from './mp-pack';

/** The step that returns the result of a function; the results of all others are returned by `plugin.Step`. */
const STEPS: Readonly<Record<string, string>> = {
  'kong.client.get_credential': 'plugin.StepCredential',
  'kong.client.load_consumer': 'plugin.StepConsumer',
  'kong.client.get_consumer': 'plugin.StepConsumer',
  'kong.client.authenticate': 'plugin.StepCredential',
  'kong.node.get_memory_stats': 'plugin.StepMemoryStats',
  'kong.router.get_route': 'plugin.StepRoute',
  'kong.router.get_service': 'plugin.StepService',
  'kong.request.get_query': 'plugin.StepMultiMap',
  'kong.request.get_headers': 'plugin.StepMultiMap',
  'kong.response.get_headers': 'plugin.StepMultiMap',
  'kong.service.response.get_headers': 'plugin.StepMultiMap',
};

const MULTI_MAPS = new Set(Object.keys(STEPS).filter((name) => STEPS[name] === 'plugin.StepMultiMap'));
const RAW = new Set(['kong.request.get_raw_body', 'kong.response.get_raw_body', 'kong.service.response.get_raw_body']);

/** The step that returns the result of a function to the plugin server, and the data to pack (`rpc/mp_rpc.lua`). */
export function stepOf(method: string, result: PdkResult): [step: string, data: Packable] {
  const value = result instanceof Several ? result.values[0] : result;
  if (MULTI_MAPS.has(method)) return [STEPS[method] ?? '', fixMultiMap(value as LuaValue)];
  if (RAW.has(method)) return ['plugin.Step', fixRaw(value)];
  if (value instanceof Failure) return ['plugin.StepError', value.message];
  return [STEPS[method] ?? 'plugin.Step', value as LuaValue];
}

/** Puts each single string into a list; `true` becomes an empty list. */
function fixMultiMap(map: LuaValue): Packable {
  const entries = isTable(map) ? Object.entries(map) : [];
  if (entries.length === 0) return new EmptyMap();
  return Object.fromEntries(
    entries.map(([key, value]): [string, Packable] => [
      key,
      value === true ? [] : typeof value === 'string' ? [value] : value,
    ]),
  );
}

/** lua-MessagePack fails for a body that could not be read, and Kong then responds with 500 (measured). */
function fixRaw(value: PdkResult | undefined): Binary {
  if (value instanceof Uint8Array) return new Binary(value);
  if (typeof value === 'string') return new Binary(Buffer.from(value, 'latin1'));
  throw new LuaError("bad argument #1 to 'packers' (string expected, got nil)");
}

/** A decoded value for Lua: strings and binaries both become byte strings. */
export function toLua(value: unknown): LuaValue {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (Array.isArray(value)) return value.map(toLua);
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value as LuaValue;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]): [string, LuaValue] => [toBytes(key), toLua(member)]),
  );
}
