import { LuaFactory } from 'wasmoon';

/** The functions of Lua's C API that the bridge uses, as the WebAssembly module exports them. */
export interface RawApi {
  readonly HEAPU8: Uint8Array;
  addFunction(fn: (state: number) => number, signature: 'ii'): number;
  _malloc(size: number): number;
  _free(pointer: number): void;
  _luaL_loadbufferx(state: number, buffer: number, size: number, name: number, mode: number): number;
  _luaL_ref(state: number, table: number): number;
  _lua_checkstack(state: number, slots: number): number;
  _lua_createtable(state: number, list: number, record: number): void;
  _lua_gettop(state: number): number;
  _lua_settop(state: number, index: number): void;
  _lua_next(state: number, index: number): number;
  _lua_pcallk(state: number, args: number, results: number, handler: number, context: number, k: number): number;
  _lua_pushboolean(state: number, value: number): void;
  _lua_pushcclosure(state: number, fn: number, upvalues: number): void;
  _lua_pushinteger(state: number, value: bigint): void;
  _lua_pushlstring(state: number, pointer: number, length: number): number;
  _lua_pushnil(state: number): void;
  _lua_pushnumber(state: number, value: number): void;
  _lua_pushvalue(state: number, index: number): void;
  _lua_rawgeti(state: number, index: number, key: bigint): number;
  _lua_rawset(state: number, index: number): void;
  _lua_rawseti(state: number, index: number, key: bigint): void;
  _lua_toboolean(state: number, index: number): number;
  _lua_tolstring(state: number, index: number, length: number): number;
  _lua_tonumberx(state: number, index: number, ok: number): number;
  _lua_type(state: number, index: number): number;
}

/** `LUA_REGISTRYINDEX` of Lua 5.4 (luaconf.h: -LUAI_MAXSTACK - 1000). */
export const REGISTRY = -1_001_000;

/** The type tags of lua.h. */
export const TYPE = { nil: 0, boolean: 1, number: 3, string: 4, table: 5 } as const;

/** Of Node.js: a test runner executes modules in a sandbox without dynamic imports, as Jest does by default. */
const NO_DYNAMIC_IMPORT = 'ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING_FLAG';

/** Starts a Lua machine with its standard library. @throws Error that says what to do if the test runner prevents that */
export async function openLua(): Promise<{ api: RawApi; state: number; close: () => void }> {
  const lua = await new LuaFactory().getLuaModule().catch((error: unknown) => {
    if ((error as { readonly code?: unknown } | null)?.code !== NO_DYNAMIC_IMPORT) throw error;
    const fix = 'set NODE_OPTIONS=--experimental-vm-modules';
    throw new Error(`the test runner has no dynamic imports, which the Lua machine needs: ${fix}`, { cause: error });
  });
  const state = lua.luaL_newstate();
  lua.luaL_openlibs(state);
  return {
    api: lua.module as unknown as RawApi,
    state,
    close: () => {
      lua.lua_close(state);
    },
  };
}
