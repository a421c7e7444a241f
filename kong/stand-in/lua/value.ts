/**
 * A Lua value outside of the Lua machine.
 *
 * A string is a byte string: one character (0 to 255) per byte, because Lua strings, header values and bodies contain
 * any bytes. `nil` is undefined. A table with a first element is a list, any other table is a record, like in Kong's
 * conversions decide (`rpc/pb_rpc.lua`, structpb_value); so an empty table is an empty record.
 */
export type LuaValue = undefined | null | boolean | number | string | Uint8Array | readonly LuaValue[] | LuaTable;

/** A table with names for keys. */
export interface LuaTable {
  readonly [key: string]: LuaValue;
}

/** The result of a function of the PDK that fails without an exception: `nil, message`. */
export class Failure {
  constructor(readonly message: string) {}
}

/** Several results of one call. */
export class Several {
  constructor(readonly values: readonly LuaValue[]) {}
}

/** Thrown where the Lua code would call `error()`; never leaves the current phase. */
export class LuaError extends Error {
  override readonly name = 'LuaError';
}

/** The result of a call that ended the phase, like `kong.response.exit`: nothing may run after it. */
export const EXITED: unique symbol = Symbol('exited');
/** The type of {@link EXITED}. */
export type Exited = typeof EXITED;

/** The result of a function of the PDK. */
export type PdkResult = LuaValue | Failure | Several | Exited;

/** UTF-8 text as a byte string. */
export const toBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** A byte string as UTF-8 text; invalid sequences are replaced. */
export const toText = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');

/** True for a record, false for a list, a string of bytes and anything else. */
export const isTable = (value: unknown): value is LuaTable =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

/** Lua's `tostring` for the types that Kong converts to header values or log messages. */
export function luaToString(value: LuaValue): string {
  if (value === undefined || value === null) return 'nil';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  return 'table';
}

/**
 * JSON as Kong's cjson writes it: bytes above 127 stay unchanged, DEL is escaped, members without a value are omitted.
 * Never throws for a {@link LuaValue}.
 */
export function encodeJson(value: LuaValue): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member instanceof Uint8Array ? Buffer.from(member).toString('latin1') : member === null ? undefined : member,
  ).replaceAll('\x7f', '\\u007f');
}
