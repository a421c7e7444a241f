import type { LuaFunction } from '../lua/machine';
import { luaToString } from '../lua/value';
import type { Exchange } from '../request/exchange';
import { nginxExit } from './node';
import { setVariable, variable } from './variables';

/** The functions of `ngx` that snippets can call. */
export const nginx: Readonly<Record<string, LuaFunction<Exchange>>> = {
  'ngx.now': (x) => x.now() / 1000,
  'ngx.encode_base64': (_x, [text]) => Buffer.from(luaToString(text), 'latin1').toString('base64'),
  'ngx.exit': (x, [status]) => nginxExit(x, status),
  'ngx.var': (x, [name]) => variable(x, luaToString(name)),
  'ngx.var=': (x, [name, value]) => {
    setVariable(x, luaToString(name), value);
  },
  'ngx.req.get_body_data': (x) => x.body.bytes,
};
