import { openLua, REGISTRY, TYPE, type RawApi } from './raw-api';
import { LuaError, type LuaValue } from './value';

/** A function that Lua can call. It must not throw. */
export type HostFunction = (args: LuaValue[]) => LuaValue[];

/** Tables that are nested deeper, such as cycles, are cut here when they are read. */
const MAX_DEPTH = 64;
const MIN_SCRATCH_BYTES = 65_536;

/**
 * A Lua machine, and the conversion of values. Strings are copied as bytes in the memory of the machine, because the
 * conversion of the library goes through UTF-8 and would change them.
 */
export class LuaBridge {
  private scratch = 0;
  private scratchBytes = 0;
  private view = Buffer.alloc(0);

  private constructor(
    private readonly api: RawApi,
    private readonly state: number,
    readonly close: () => void,
  ) {}

  static async open(): Promise<LuaBridge> {
    const { api, state, close } = await openLua();
    return new LuaBridge(api, state, close);
  }

  /** Compiles a chunk and runs it with the arguments; returns a reference to the function that it returns. */
  load(source: string, name: string, args: LuaValue[], host: HostFunction): number {
    const { api, state } = this;
    const bytes = Buffer.from(source, 'latin1');
    const pointer = this.reserve(bytes.length + name.length + 2);
    this.heap().set(bytes, pointer);
    const namePointer = pointer + bytes.length;
    this.heap().write(`${name}\0`, namePointer, 'latin1');
    if (api._luaL_loadbufferx(state, pointer, bytes.length, namePointer, 0) !== 0) throw this.popError();
    this.pushFunction(host);
    for (const arg of args) this.push(arg);
    if (api._lua_pcallk(state, args.length + 1, 1, 0, 0, 0) !== 0) throw this.popError();
    return api._luaL_ref(state, REGISTRY);
  }

  /** Calls a referenced function. Throws {@link LuaError} when it raises. */
  call(reference: number, ...args: LuaValue[]): LuaValue[] {
    const { api, state } = this;
    const top = api._lua_gettop(state);
    api._lua_rawgeti(state, REGISTRY, BigInt(reference));
    for (const arg of args) this.push(arg);
    if (api._lua_pcallk(state, args.length, -1, 0, 0, 0) !== 0) throw this.popError();
    try {
      return this.readFrom(state, top + 1);
    } finally {
      api._lua_settop(state, top);
    }
  }

  private pushFunction(host: HostFunction): void {
    const pointer = this.api.addFunction((state) => {
      const results = host(this.readFrom(state, 1));
      this.api._lua_checkstack(state, results.length + 8);
      for (const result of results) this.push(result, state);
      return results.length;
    }, 'ii');
    this.api._lua_pushcclosure(this.state, pointer, 0);
  }

  private readFrom(state: number, first: number): LuaValue[] {
    const values: LuaValue[] = [];
    for (let index = first, top = this.api._lua_gettop(state); index <= top; index++) {
      values.push(this.read(state, index, 0));
    }
    return values;
  }

  private read(state: number, index: number, depth: number): LuaValue {
    const { api } = this;
    switch (api._lua_type(state, index)) {
      case TYPE.boolean:
        return api._lua_toboolean(state, index) !== 0;
      case TYPE.number:
        return api._lua_tonumberx(state, index, 0);
      case TYPE.string:
        return this.readString(state, index);
      case TYPE.table:
        return this.readTable(state, index, depth);
      default:
        return undefined;
    }
  }

  private readString(state: number, index: number): string {
    this.reserve(8);
    const pointer = this.api._lua_tolstring(state, index, this.scratch);
    const heap = this.heap();
    return heap.toString('latin1', pointer, pointer + heap.readUInt32LE(this.scratch));
  }

  private readTable(state: number, index: number, depth: number): LuaValue {
    const { api } = this;
    if (depth >= MAX_DEPTH || api._lua_checkstack(state, 8) === 0) return undefined;
    const record: Record<string, LuaValue> = {};
    const numbered = new Map<number, LuaValue>();
    api._lua_pushnil(state);
    while (api._lua_next(state, index) !== 0) {
      const top = api._lua_gettop(state);
      const value = this.read(state, top, depth + 1);
      // The key is copied first: reading a number as a string would change it in place and confuse the traversal.
      api._lua_pushvalue(state, top - 1);
      const type = api._lua_type(state, top - 1);
      if (type === TYPE.number) numbered.set(api._lua_tonumberx(state, top - 1, 0), value);
      else if (type === TYPE.string && value !== undefined) setOwn(record, this.readString(state, top + 1), value);
      api._lua_settop(state, top - 1);
    }
    if (!numbered.has(1)) return record;
    const list: LuaValue[] = [];
    for (let next = 1; numbered.has(next); next++) list.push(numbered.get(next));
    return list;
  }

  private push(value: LuaValue, state = this.state): void {
    const { api } = this;
    if (value === undefined || value === null) api._lua_pushnil(state);
    else if (typeof value === 'boolean') api._lua_pushboolean(state, value ? 1 : 0);
    else if (typeof value === 'number') {
      if (Number.isSafeInteger(value)) api._lua_pushinteger(state, BigInt(value));
      else api._lua_pushnumber(state, value);
    } else if (typeof value === 'string') {
      const pointer = this.reserve(value.length + 1);
      this.heap().write(value, pointer, 'latin1');
      api._lua_pushlstring(state, pointer, value.length);
    } else if (value instanceof Uint8Array) {
      const pointer = this.reserve(value.length + 1);
      this.heap().set(value, pointer);
      api._lua_pushlstring(state, pointer, value.length);
    } else this.pushTable(value, state);
  }

  private pushTable(value: readonly LuaValue[] | Record<string, LuaValue>, state: number): void {
    const { api } = this;
    if (api._lua_checkstack(state, 8) === 0) throw new LuaError('stack overflow');
    if (Array.isArray(value)) {
      api._lua_createtable(state, value.length, 0);
      value.forEach((element: LuaValue, index) => {
        this.push(element, state);
        api._lua_rawseti(state, -2, BigInt(index + 1));
      });
      return;
    }
    api._lua_createtable(state, 0, 0);
    for (const [key, member] of Object.entries(value)) {
      this.push(key, state);
      this.push(member, state);
      api._lua_rawset(state, -3);
    }
  }

  private popError(): LuaError {
    const message = this.read(this.state, this.api._lua_gettop(this.state), 0);
    this.api._lua_settop(this.state, -2);
    return new LuaError(typeof message === 'string' ? message : 'error object is not a string');
  }

  /** Memory of the machine for at least `bytes`, valid until the next reservation. */
  private reserve(bytes: number): number {
    if (bytes > this.scratchBytes) {
      if (this.scratch !== 0) this.api._free(this.scratch);
      this.scratchBytes = Math.max(MIN_SCRATCH_BYTES, bytes);
      this.scratch = this.api._malloc(this.scratchBytes);
    }
    return this.scratch;
  }

  /** The machine's memory, which moves when it grows. */
  private heap(): Buffer {
    const { buffer } = this.api.HEAPU8;
    if (this.view.buffer !== buffer) this.view = Buffer.from(buffer as ArrayBuffer);
    return this.view;
  }
}

/** Sets an own property, also for the name `__proto__`. */
function setOwn(record: Record<string, LuaValue>, key: string, value: LuaValue): void {
  if (key === '__proto__') Object.defineProperty(record, key, { value, enumerable: true, configurable: true });
  else record[key] = value;
}
