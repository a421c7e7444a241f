import type { Exchange } from '../request/exchange';
import { pathOf } from '../routing/uri';

/** A variable of nginx; undefined for one that is not emulated. */
export function variable(x: Exchange, name: string): string | undefined {
  const known = VARIABLES[name];
  if (known) return known(x);
  if (name.startsWith('http_')) return x.headers.get(name.slice(5).replaceAll('_', '-'));
  if (name.startsWith('sent_http_')) return x.responseHeaders.get(name.slice(10).replaceAll('_', '-'));
  return undefined;
}

const VARIABLES: Readonly<Record<string, (x: Exchange) => string | undefined>> = {
  args: (x) => x.query,
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
  request_method: (x) => x.method,
  request_time: (x) => ((x.now() - x.moments.start) / 1000).toFixed(3),
  request_uri: (x) => x.target,
  scheme: () => 'http',
  server_port: (x) => String(x.port),
  server_protocol: (x) => `HTTP/${x.request.httpVersion}`,
  status: (x) => String(x.status),
  upstream_upgrade: (x) => (x.isUpgrade ? 'websocket' : undefined),
  upstream_status: (x) => (x.isHeld || x.upstreamStatus === undefined ? undefined : x.upstreamStatuses.join(', ')),
  upstream_uri: (x) => x.upstream?.path,
  uri: (x) => pathOf(x.target),
};
