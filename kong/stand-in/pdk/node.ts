import { hostname } from 'node:os';
import {
  EXITED,
  Failure,
  isTable,
  LuaError,
  luaToString,
  type Exited,
  type LuaTable,
  type LuaValue,
} from '../lua/value';
import { errorPage } from '../nginx/own-pages';
import type { Exchange } from '../request/exchange';
import { checkPhase, checkString, type PdkModule } from './function';
import { variable } from './variables';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `kong.client`, `kong.router`, `kong.node`, `kong.nginx`, `kong.ip` and `kong.log` (`pdk/`). */
export const node: PdkModule = {
  'kong.client.get_ip': (x) => x.clientIp,
  'kong.client.get_forwarded_ip': (x) => x.clientIp,
  'kong.client.get_port': (x) => x.clientPort,
  'kong.client.get_forwarded_port': (x) => x.clientPort,
  'kong.client.get_credential': (x) => afterAuthentication(x, x.credential),
  'kong.client.get_consumer': (x) => afterAuthentication(x, x.consumer),
  'kong.client.load_consumer': (x, id, byName) => {
    const key = checkString('consumer_id', id);
    if (!UUID.test(key) && byName !== true) throw new LuaError('cannot load a consumer with an id that is not a uuid');
    const { consumers, consumersByName } = x.runtime.lookups;
    return consumers.get(key) ?? (byName === true ? consumersByName.get(key) : undefined);
  },
  'kong.client.authenticate': (x, consumer, credential) => {
    checkPhase(x, 'access');
    if (!isTable(consumer) && !isTable(credential))
      throw new LuaError('either credential or consumer must be provided');
    x.consumer = isTable(consumer) ? consumer : undefined;
    x.credential = isTable(credential) ? credential : undefined;
    return undefined;
  },
  'kong.client.get_protocol': (x) => {
    if (!x.route) return new Failure('No active route found');
    const { protocols } = x.route;
    return protocols.length === 1 ? protocols[0] : 'http';
  },

  'kong.router.get_route': (x) => afterAuthentication(x, x.route),
  'kong.router.get_service': (x) => afterAuthentication(x, x.service),

  'kong.ip.is_trusted': (x, ip) => x.runtime.settings.trustedIps.includes(checkString('ip', ip)),

  'kong.node.get_id': (x) => x.runtime.nodeId,
  'kong.node.get_hostname': () => hostname(),
  'kong.node.get_memory_stats': () => ({
    lua_shared_dicts: {},
    workers_lua_vms: [{ pid: process.pid, http_allocated_gc: process.memoryUsage().heapUsed }],
  }),

  'kong.nginx.get_subsystem': () => 'http',
  'kong.nginx.get_var': (x, name) => variable(x, checkString('name', name)),
  'kong.nginx.get_tls1_version_str': () => undefined,
  'kong.nginx.req_start_time': (x) => x.moments.start / 1000,
  'kong.nginx.get_ctx': (x, key) => contextValue(x, key),
  'kong.nginx.set_ctx': (x, key, value) => {
    x.nginxContext.set(luaToString(key), value);
    return undefined;
  },

  'kong.ctx.shared.get': (x, key) => x.runtime.lua.getShared(x.id, key),
  'kong.ctx.shared.set': (x, key, value) => {
    x.runtime.lua.setShared(x.id, key, value);
    return undefined;
  },

  'kong.plugin.get_id': (x) => x.currentPlugin?.config.__plugin_id,

  'kong.log.set_serialize_value': (x, key, value) => {
    x.logValues.push({ key: checkString('key', key), value });
    return undefined;
  },
  'kong.log.serialize': (x) => {
    checkPhase(x, 'log');
    return x.logEntry();
  },
};

/** The `kong.log.*` functions as plugin servers call them; snippets have theirs in the Lua prelude. */
export const logging: PdkModule = Object.fromEntries(
  ['debug', 'info', 'notice', 'warn', 'err', 'crit', 'alert'].map((level) => [
    `kong.log.${level}`,
    (x: Exchange, ...parts: LuaValue[]) => {
      x.log(level, parts.map(luaToString).join(''));
      return undefined;
    },
  ]),
);

function afterAuthentication<T extends LuaTable>(x: Exchange, value: T | undefined): T | undefined {
  checkPhase(x, 'access', 'header_filter', 'body_filter', 'log');
  return value;
}

function contextValue(x: Exchange, key: LuaValue): LuaValue {
  const name = luaToString(key);
  const known: Readonly<Record<string, LuaValue>> = {
    route: x.route,
    service: x.service,
    authenticated_consumer: x.consumer,
    authenticated_credential: x.credential,
  };
  return x.nginxContext.get(name) ?? known[name];
}

/** Ends the phase as `ngx.exit` does: with nginx's page for an error, or with Kong's where it takes its place. */
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
