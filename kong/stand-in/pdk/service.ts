import { Failure, isTable, LuaError, luaToString, type LuaValue } from '../lua/value';
import type { Exchange } from '../request/exchange';
import { headerValues } from '../request/own-answer';
import { escapePath } from '../routing/uri';
import type { UpstreamRequest } from '../upstream/upstream-request';
import { checkHeader, checkHeaders, checkPhase, checkString, type PdkModule } from './function';
import { formatQuery, removeArgument } from './query';

const METHODS = new Set([
  ...['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'MKCOL', 'COPY', 'MOVE'],
  ...['PROPFIND', 'PROPPATCH', 'LOCK', 'UNLOCK', 'PATCH', 'TRACE'],
]);

/** `kong.service` and `kong.service.request` (`pdk/service.lua`, `pdk/service/request.lua`). */
export const service: PdkModule = {
  'kong.service.set_upstream': (x, host) => {
    checkPhase(x, 'access');
    const name = checkString('host', host);
    if (!x.runtime.balancers.has(name)) return new Failure(`could not find an Upstream named '${name}'`);
    upstreamOf(x).serviceHost = name;
    return true;
  },
  'kong.service.set_target': (x, host, port) => {
    checkPhase(x, 'rewrite', 'access');
    const name = checkString('host', host);
    if (!Number.isInteger(port)) throw new LuaError('port must be an integer');
    Object.assign(upstreamOf(x), { serviceHost: name, servicePort: port, host: name });
    return undefined;
  },
  'kong.service.set_retries': (x, retries) => {
    checkPhase(x, 'access');
    if (!Number.isInteger(retries)) throw new LuaError('retries must be an integer');
    upstreamOf(x).retries = retries as number;
    return undefined;
  },
  'kong.service.set_timeouts': (x, connect, write, read) => {
    checkPhase(x, 'access');
    if (![connect, write, read].every(Number.isInteger)) throw new LuaError('timeouts must be integers');
    Object.assign(upstreamOf(x), { connectTimeoutMs: connect, readTimeoutMs: read });
    return undefined;
  },
  'kong.service.request.set_scheme': (x, scheme) => {
    checkPhase(x, 'rewrite', 'access');
    if (scheme !== 'http' && scheme !== 'https') throw new LuaError(`invalid scheme: ${luaToString(scheme)}`);
    upstreamOf(x).scheme = scheme;
    return undefined;
  },
  'kong.service.request.set_path': (x, path) => {
    checkPhase(x, 'rewrite', 'access');
    const text = checkString('path', path);
    if (!text.startsWith('/')) throw new LuaError('path must start with /');
    upstreamOf(x).path = escapePath(text);
    return undefined;
  },
  'kong.service.request.set_raw_query': (x, query) => {
    checkPhase(x, 'rewrite', 'access');
    setQuery(x, checkString('query', query));
    return undefined;
  },
  'kong.service.request.set_query': (x, args) => {
    checkPhase(x, 'rewrite', 'access');
    if (!isTable(args)) throw new LuaError('args must be a table');
    setQuery(x, formatQuery(args));
    return undefined;
  },
  'kong.service.request.clear_query_arg': (x, name) => {
    checkPhase(x, 'rewrite', 'access');
    const key = checkString('query argument name', name);
    if (x.query !== undefined) x.query = removeArgument(x.query, key);
    if (x.upstream) x.upstream.query = x.query;
    return undefined;
  },
  'kong.service.request.set_method': (x, method) => {
    checkPhase(x, 'rewrite', 'access');
    const text = checkString('method', method);
    if (!METHODS.has(text)) throw new LuaError(`invalid method: ${text}`);
    upstreamOf(x).method = text;
    return undefined;
  },
  'kong.service.request.set_header': (x, name, value) => {
    checkPhase(x, 'rewrite', 'access', 'balancer');
    checkHeader(name, value);
    setHeader(x, name as string, value);
    return undefined;
  },
  'kong.service.request.add_header': (x, name, value) => {
    checkPhase(x, 'rewrite', 'access');
    checkHeader(name, value);
    x.headers.add(name as string, ...headerValues(value));
    return undefined;
  },
  'kong.service.request.clear_header': (x, name) => {
    checkPhase(x, 'rewrite', 'access');
    x.headers.remove(checkString('header', name));
    return undefined;
  },
  'kong.service.request.set_headers': (x, headers) => {
    checkPhase(x, 'rewrite', 'access');
    for (const [name, value] of Object.entries(checkHeaders(headers))) setHeader(x, name, value);
    return undefined;
  },
  'kong.service.request.set_raw_body': async (x, body) => {
    checkPhase(x, 'rewrite', 'access');
    const bytes = body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(checkString('body', body), 'latin1');
    await x.body.read();
    x.body.replace(bytes);
    return undefined;
  },
  'kong.service.response.get_status': (x) => {
    checkPhase(x, 'header_filter', 'body_filter', 'log');
    return x.upstreamStatus;
  },
  'kong.service.response.get_header': (x, name) => {
    checkPhase(x, 'header_filter', 'body_filter', 'log');
    return x.proxied ? x.responseHeaders.get(checkString('name', name)) : undefined;
  },
  'kong.service.response.get_headers': (x, max) => {
    checkPhase(x, 'header_filter', 'body_filter', 'log');
    return x.responseHeaders.toTable(typeof max === 'number' ? max : 100);
  },
};

function upstreamOf(x: Exchange): UpstreamRequest {
  if (!x.upstream) throw new LuaError('no upstream in this phase');
  return x.upstream;
}

function setQuery(x: Exchange, query: string): void {
  x.query = query;
  if (x.upstream) x.upstream.query = query === '' ? undefined : query;
}

function setHeader(x: Exchange, name: string, value: LuaValue): void {
  if (name.toLowerCase() === 'host' && x.upstream) x.upstream.host = luaToString(value);
  x.headers.set(name, ...headerValues(value));
}
