import { isTable, LuaError, type LuaTable, type LuaValue, type PdkResult } from '../lua/value';
import type { Exchange, PhaseName } from '../request/exchange';

/** A function of the PDK for one request. It throws {@link LuaError} where Kong raises an error. */
export type PdkFunction = (x: Exchange, ...args: LuaValue[]) => PdkResult | Promise<PdkResult>;

/** The functions of one module of the PDK, by their full names. */
export type PdkModule = Readonly<Record<string, PdkFunction>>;

/** Kong's phase check (`pdk/private/phases.lua`). */
export function checkPhase(x: Exchange, ...allowed: readonly PhaseName[]): void {
  if (allowed.includes(x.phase)) return;
  throw new LuaError(`function cannot be called in ${x.phase} phase (only in: ${allowed.join(', ')})`);
}

/** Checks the maximum of `get_headers` and similar functions (`pdk/request.lua`). */
export function checkMax(name: string, max: LuaValue): number {
  if (max === undefined || max === null) return 100;
  if (typeof max !== 'number') throw new LuaError(`${name} must be a number`);
  if (max < 1) throw new LuaError(`${name} must be >= 1`);
  if (max > 1000) throw new LuaError(`${name} must be <= 1000`);
  return max;
}

/** The argument as a byte string. @throws LuaError that begins with `what` for another type */
export function checkString(what: string, value: LuaValue): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  throw new LuaError(`${what} must be a string`);
}

/** Kong's check of headers to set (`pdk/private/checks.lua`). */
export function checkHeaders(headers: LuaValue): LuaTable {
  if (headers !== undefined && headers !== null && typeof headers === 'object' && Object.keys(headers).length === 0)
    return {};
  if (!isTable(headers)) throw new LuaError('headers must be a table');
  for (const [name, value] of Object.entries(headers)) checkHeader(name, value);
  return headers;
}

/** Kong's check of one header to set. @throws LuaError when Lua would raise. */
export function checkHeader(name: LuaValue, value: LuaValue): void {
  if (typeof name !== 'string') throw new LuaError(`invalid header name: got ${typeof name}, expected string`);
  const values = Array.isArray(value) ? (value as readonly LuaValue[]) : [value];
  const known = Array.isArray(value) ? ['string'] : ['string', 'number', 'boolean'];
  if (values.every((one) => known.includes(typeof one))) return;
  throw new LuaError(`invalid header value for "${name}": got ${value === undefined ? 'nil' : typeof value}`);
}
