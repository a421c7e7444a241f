import type { LuaFunction } from '../lua/machine';
import { encodeJson, LuaError, type LuaValue, type PdkResult } from '../lua/value';
import type { Exchange } from '../request/exchange';
import { logEntry } from '../request/log-entry';
import { checkMax, checkString, type PdkFunction, type PdkModule } from './function';
import { contextValue, nginx, setContextValue } from './nginx';
import { logging, node } from './node';
import { request } from './request';
import { response } from './response';
import { service } from './service';

/** The PDK over one request: functions by their full names, as a plugin server calls them. */
export type Pdk = Readonly<Record<string, (...args: LuaValue[]) => PdkResult | Promise<PdkResult>>>;

const MODULES: PdkModule = { ...request, ...response, ...service, ...node };

/** The functions that snippets can call: those of the PDK and of nginx. */
export const luaFunctions: ReadonlyMap<string, LuaFunction<Exchange>> = new Map([
  ...Object.entries(MODULES)
    .filter(([name]) => !name.startsWith('kong.ctx.shared.'))
    .map(([name, call]): [string, LuaFunction<Exchange>] => [name, (x, args) => call(x, ...args)]),
  ...Object.entries(nginx),
]);

/** The functions that plugin servers can call (`exposed_api` in `plugin_servers/plugin.lua`). */
const EXPOSED: PdkModule = {
  ...MODULES,
  ...logging,
  'kong.log.serialize': (x) => encodeJson(MODULES['kong.log.serialize']?.(x) as LuaValue),
  // In a held response it is a table without members, whose metatable looks a name up.
  'kong.service.response.get_headers': (x, max) =>
    x.heldResponse ? {} : x.responseTable(checkMax('max_headers', max)),
  'kong.nginx.get_ctx': (x, key) => contextValue(x, checkString('key', key)),
  'kong.nginx.set_ctx': (x, key, value) => {
    setContextValue(x, checkString('key', key), value);
    return undefined;
  },
  'ngx.req.get_body_file': async (x) => {
    const body = await x.body.read();
    return body.kind === 'file' ? body.path : undefined;
  },
};

/** The functions that work in the log phase of a plugin server, which runs in a timer with saved data. */
const SAVED =
  /^kong\.(?:ctx\.|log\.|router\.|client\.(?:get_consumer|get_credential)|request\.get_headers?$|response\.get_)/;

/** The PDK for a plugin server, bound to a request. */
export function bindPdk(x: Exchange): Pdk {
  return Object.fromEntries(Object.entries(EXPOSED).map(([name, call]) => [name, bind(x, call)]));
}

/** The PDK for a plugin server's log event: it runs in a timer, after the request. */
export function bindSavedPdk(x: Exchange): Pdk {
  const saved = encodeJson(logEntry(x));
  const requestHeaders = x.headers.toTable(100);
  const responseHeaders = x.responseTable(100);
  return {
    ...Object.fromEntries(
      Object.entries(EXPOSED).map(([name, call]) => [
        name,
        SAVED.test(name)
          ? bind(x, call)
          : () => {
              throw new LuaError('API disabled in the context of ngx.timer');
            },
      ]),
    ),
    'kong.log.serialize': () => saved,
    'kong.request.get_headers': () => requestHeaders,
    'kong.response.get_headers': () => responseHeaders,
  };
}

function bind(x: Exchange, call: PdkFunction): Pdk[string] {
  return (...args) => call(x, ...args);
}
