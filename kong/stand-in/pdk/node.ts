import { UUID } from '../config/validators';
import { EXITED, LuaError, luaToString, isTable, type Exited, type LuaTable, type LuaValue } from '../lua/value';
import { errorPage } from '../nginx/own-pages';
import type { Exchange } from '../request/exchange';
import { logEntry } from '../request/log-entry';
import { checkPhase, checkString, type PdkModule } from './function';
import { variable } from './variables';

/** `kong.client`, `kong.router`, `kong.nginx`, `kong.ctx` and `kong.log` (`pdk/`). */
export const node: PdkModule = {
  'kong.client.get_forwarded_ip': (x) => x.clientIp,
  'kong.client.get_credential': (x) => afterRewrite(x, x.credential),
  'kong.client.get_consumer': (x) => afterRewrite(x, x.consumer),
  'kong.client.authenticate': (x, consumer, credential) => {
    checkPhase(x, 'access');
    if (!isTable(consumer) && !isTable(credential))
      throw new LuaError('either credential or consumer must be provided');
    x.consumer = isTable(consumer) ? consumer : undefined;
    x.credential = isTable(credential) ? credential : undefined;
    return undefined;
  },

  'kong.client.load_consumer': (x, id, byName) => {
    if (typeof id !== 'string') throw new LuaError('consumer_id must be a string');
    checkPhase(x, 'access', 'header_filter', 'body_filter', 'log');
    const { consumers, consumersByName } = x.environment.lookups;
    if (!UUID.test(id) && byName !== true) throw new LuaError('cannot load a consumer with an id that is not a uuid');
    return (UUID.test(id) ? consumers.get(id) : undefined) ?? (byName === true ? consumersByName.get(id) : undefined);
  },

  'kong.router.get_route': (x) => afterRewrite(x, x.route),
  'kong.router.get_service': (x) => afterRewrite(x, x.service),

  'kong.nginx.get_var': (x, name) => variable(x, checkString('name', name)),

  'kong.ctx.shared.get': (x, key) => x.environment.sharedContexts.getShared(x.id, key),
  'kong.ctx.shared.set': (x, key, value) => {
    x.environment.sharedContexts.setShared(x.id, key, value);
    return undefined;
  },

  'kong.log.serialize': (x) => {
    checkPhase(x, 'log');
    return logEntry(x);
  },
  'kong.log.set_serialize_value': (x, key, value) => {
    if (typeof key !== 'string') throw new LuaError('key must be a string');
    x.logValues.push({ key, value });
    return undefined;
  },
};

/** The `kong.log.*` functions as plugin servers call them; snippets use those of the Lua prelude. */
export const logging: PdkModule = Object.fromEntries(
  ['debug', 'info', 'notice', 'warn', 'err', 'crit', 'alert'].map((level) => [
    `kong.log.${level}`,
    (x: Exchange, ...parts: LuaValue[]) => {
      x.log(level, parts.map(luaToString).join(''));
      return undefined;
    },
  ]),
);

function afterRewrite<T extends LuaTable>(x: Exchange, value: T | undefined): T | undefined {
  checkPhase(x, 'access', 'header_filter', 'body_filter', 'log');
  return value;
}

/** Ends the phase as `ngx.exit` does: with nginx's error page, or with Kong's for the statuses that have one. */
export function nginxExit(x: Exchange, status: LuaValue): Exited | undefined {
  if (x.phase === 'header_filter') return undefined;
  if (typeof status !== 'number' || status < 200) return EXITED;
  const page = status < 300 ? '' : errorPage(status);
  if (page === undefined) x.fail(status);
  else x.exit(status, page, page === '' ? {} : { 'Content-Type': 'text/html' });
  x.exited = false;
  x.isCut = true;
  return EXITED;
}
