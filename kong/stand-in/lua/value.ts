/**
 * A Lua value as the stand-in holds it outside the Lua machine.
 *
 * A string is a byte string: one character (0 to 255) per byte, since Lua strings, header values and bodies carry any
 * bytes. `nil` is undefined. A table whose first element exists is a list, any other one a record, as Kong's own
 * conversions decide (`rpc/pb_rpc.lua`, structpb_value); so an empty table is an empty record.
 */
export type LuaValue = undefined | null | boolean | number | string | Uint8Array | readonly LuaValue[] | LuaTable;

/** A table with names for keys. */
export interface LuaTable {
  readonly [key: string]: LuaValue;
}

/** What a function of Kong's PDK gives when it fails without raising: `nil, message`. */
export class Failure {
  constructor(readonly message: string) {}
}

/** Several results of one call, where a function of nginx or Kong gives more than one value. */
export class Several {
  constructor(readonly values: readonly LuaValue[]) {}
}

/** Raised where the Lua code would call `error()`; never leaves the phase that it happened in. */
export class LuaError extends Error {
  override readonly name = 'LuaError';
}

/** The answer of a call that ended the request's phase, as `kong.response.exit` does: nothing after it may run. */
export const EXITED: unique symbol = Symbol('exited');
/** The type of {@link EXITED}. */
export type Exited = typeof EXITED;

/** What a function of the PDK may give. */
export type PdkResult = LuaValue | Failure | Several | Exited;

/** UTF-8 text as a byte string. */
export const toBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** A byte string as text, malformed sequences replaced. */
export const toText = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');

/** True for a record, false for a list, a string of bytes and all else. */
export const isTable = (value: unknown): value is LuaTable =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

/** Lua's `tostring` for the types that Kong turns into header values or log texts. */
export function luaToString(value: LuaValue): string {
  if (value === undefined || value === null) return 'nil';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  return 'table';
}

/**
 * JSON as Kong's cjson writes it: bytes above 127 stay as they are, DEL is escaped, members without a value are left
 * out. Never throws on any {@link LuaValue}.
 */
export function encodeJson(value: LuaValue): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member instanceof Uint8Array ? Buffer.from(member).toString('latin1') : member === null ? undefined : member,
  ).replaceAll('\x7f', '\\u007f');
}
