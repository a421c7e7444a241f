import { LuaError, luaToString, type LuaValue } from '../lua/value';
import type { Exchange } from '../request/exchange';
import { pathOf } from '../routing/uri';

/** A variable of nginx; undefined for one that is not emulated. */
export function variable(x: Exchange, name: string): string | undefined {
  const written = x.variables.get(name);
  if (written !== undefined) return written;
  const map = x.environment.accessLog.maps.get(name);
  if (map) return map((source) => variable(x, source));
  const known = VARIABLES[name];
  if (known) return known(x);
  if (name.startsWith('http_')) return x.headers.get(name.slice(5).replaceAll('_', '-'));
  if (name.startsWith('sent_http_')) return x.responseHeaders.get(name.slice(10).replaceAll('_', '-'));
  return undefined;
}

/** Whether a variable is emulated. */
export const isVariable = (name: string): boolean => name in VARIABLES || /^(?:sent_)?http_/.test(name);

/** Sets a variable from Lua. @throws LuaError for one that is not declared */
export function setVariable(x: Exchange, name: string, value: LuaValue): void {
  if (!x.environment.accessLog.maps.has(name)) {
    throw new LuaError(
      `variable "${name}" not found for writing; maybe it is a built-in variable that is not changeable`,
    );
  }
  x.variables.set(name, value === undefined || value === null ? '' : luaToString(value));
}

const VARIABLES: Readonly<Record<string, (x: Exchange) => string | undefined>> = {
  args: (x) => x.query,
  bytes_sent: (x) => String(x.traffic().sent),
  content_length: (x) => x.headers.get('content-length'),
  content_type: (x) => x.headers.get('content-type'),
  host: (x) => x.host,
  http_host: (x) => x.headers.get('host'),
  is_args: (x) => (x.query === undefined || x.query === '' ? '' : '?'),
  kong_request_id: (x) => x.id,
  query_string: (x) => x.query,
  remote_addr: (x) => x.clientIp,
  remote_port: (x) => String(x.clientPort),
  request_completion: (x) => (x.clientGone && !x.isBroken ? '' : 'OK'),
  request_id: (x) => x.id,
  request_length: (x) => String(x.traffic().received),
  request_method: (x) => x.method,
  request_time: (x) => ((x.now() - x.moments.start) / 1000).toFixed(3),
  request_uri: (x) => x.target,
  scheme: () => 'http',
  server_port: (x) => String(x.port),
  server_protocol: (x) => `HTTP/${x.request.httpVersion}`,
  status: (x) => String(x.status),
  // nginx writes the offset of the local time in place of the Z.
  time_iso8601: (x) => new Date(x.now()).toISOString().replace(/\.\d+Z$/, '+00:00'),
  upstream_upgrade: (x) => (x.isUpgrade ? 'websocket' : undefined),
  upstream_status: (x) => (x.isHeld || x.upstreamStatus === undefined ? undefined : x.upstreamStatuses.join(', ')),
  upstream_uri: (x) => x.upstream?.path,
  uri: (x) => pathOf(x.target),
};
