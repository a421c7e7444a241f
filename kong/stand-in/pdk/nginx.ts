import { createHmac } from 'node:crypto';
import type { LuaFunction } from '../lua/machine';
import { LuaError, luaToString, type LuaValue } from '../lua/value';
import type { Exchange } from '../request/exchange';
import { checkString } from './function';
import { nginxExit } from './node';
import { setVariable, variable } from './variables';

/** The functions of `ngx` that snippets can call. */
export const nginx: Readonly<Record<string, LuaFunction<Exchange>>> = {
  'ngx.now': (x) => x.now() / 1000,
  'ngx.encode_base64': (_x, [text, noPadding]) => {
    const encoded = Buffer.from(luaToString(text), 'latin1').toString('base64');
    return noPadding === true ? encoded.replace(/=+$/, '') : encoded;
  },
  'ngx.hmac_sha1': (_x, [key, text]) =>
    createHmac('sha1', Buffer.from(luaToString(key), 'latin1'))
      .update(luaToString(text), 'latin1')
      .digest()
      .toString('latin1'),
  'ngx.exit': (x, [status]) => nginxExit(x, status),
  'ngx.var': (x, [name]) => variable(x, luaToString(name)),
  'ngx.var=': (x, [name, value]) => {
    setVariable(x, luaToString(name), value);
  },
  'ngx.ctx': (x, [key]) => contextValue(x, luaToString(key)),
  'ngx.req.get_body_data': (x) => x.body.bytes,
};

/** Sets a member of `ngx.ctx`. @throws LuaError for one that is not emulated */
export function setContextValue(x: Exchange, key: string, value: LuaValue): void {
  if (key === 'buffered_proxying') x.isBuffered = value !== undefined && value !== null && value !== false;
  else if (key === 'buffered_body' && x.heldResponse) {
    // Only later plugins see it: Kong sends what the upstream sent.
    x.heldResponse = { ...x.heldResponse, body: Buffer.from(checkString('value', value), 'latin1') };
  } else throw new LuaError(`the stand-in does not emulate setting ngx.ctx.${key}`);
}

/** A member of `ngx.ctx`. @throws LuaError for one that is not emulated */
export function contextValue(x: Exchange, key: string): LuaValue {
  switch (key) {
    case 'buffered_proxying':
      return x.isBuffered || undefined;
    case 'buffered_status':
      return x.heldResponse?.status;
    case 'KONG_PROXIED':
      return x.proxied || undefined;
    default:
      throw new LuaError(`the stand-in does not emulate ngx.ctx.${key}`);
  }
}
