import { dropNamedByConnection } from '../nginx/hop-by-hop';
import { escapePath, isReadablePath, upstreamPath } from '../routing/uri';
import { heldBy } from '../upstream/held';
import { pickTarget, proxy } from '../upstream/proxy';
import { forwardedPrefix } from '../upstream/upstream-headers';
import type { Exchange } from './exchange';
import { messageOf, type Phases } from './phases';
import { Responder } from './responder';

/** Runs a request through rewrite, router, access and proxy, and sends the response. The caller runs the log phase. */
export async function serve(x: Exchange, phases: Phases): Promise<void> {
  const responder = new Responder(x, phases);
  try {
    const rejection = rejectionByNginx(x);
    if (rejection !== undefined) {
      x.rejectByNginx(rejection);
      responder.respond();
    } else if (!(await decide(x, phases))) responder.respond();
    else await proxy(x, responder, x.isHeld ? heldBy(phases) : undefined);
  } catch (error) {
    if (x.clientGone && !x.isHeld) return;
    x.log('err', messageOf(error));
    responder.failure(500);
  }
}

/** Headers that nginx accepts once (`ngx_http_process_unique_header_line`). */
const UNIQUE_HEADERS = [
  ...['authorization', 'content-range', 'expect', 'if-match', 'if-modified-since', 'if-none-match', 'if-range'],
  'if-unmodified-since',
];

/** The status with which nginx rejects a request before Kong's phases; undefined for a request that it accepts. */
function rejectionByNginx(x: Exchange): number | undefined {
  const coding = x.headers.get('transfer-encoding');
  const hasVersion = x.request.httpVersionMajor === 1;
  if (!hasVersion || !isReadablePath(x.target)) {
    // nginx has parsed nothing after the request line.
    x.target = '';
    x.headers.clear();
    return hasVersion ? 400 : 505;
  }
  const [host, ...others] = x.headers.all('host');
  if (others.length > 0 || host === '' || (host === undefined && x.request.httpVersion === '1.1')) return 400;
  if (UNIQUE_HEADERS.some((name) => x.headers.all(name).length > 1)) return 400;
  if (x.method === 'TRACE') return 405;
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return 501;
  return x.body.isDeclaredTooLarge ? 413 : undefined;
}

/**
 * Runs everything before the proxy. Returns whether to proxy the request; if not, the exchange contains the response.
 */
async function decide(x: Exchange, phases: Phases): Promise<boolean> {
  if (await phases.rewrite()) return false;
  x.phase = 'access';
  x.match = x.environment.router.route(x);
  if (!x.match) {
    x.error(404, 'no Route matched with those values');
    return false;
  }
  const { route, service } = x.match;
  if (route.protocols.includes('https') && !route.protocols.includes('http')) {
    redirectToHttps(x, route.https_redirect_status_code);
    x.match = undefined;
    return false;
  }
  setUpstream(x);
  await phases.access();
  x.moments.accessEnd = x.now();
  if (x.ownResponse) return false;
  if (!service || !pickTarget(x)) {
    x.error(503, service ? 'failure to get a peer from the ring-balancer' : 'no Service found with those values');
    return false;
  }
  x.phase = 'balancer';
  x.proxied = true;
  if (x.isUpgrade) x.isBuffered = false;
  x.isHeld = x.isBuffered;
  dropNamedByConnection(x.headers);
  return true;
}

function redirectToHttps(x: Exchange, status: number): void {
  if (status === 426) {
    x.error(426, 'Please use HTTPS protocol', { Connection: 'Upgrade', Upgrade: 'TLS/1.2, HTTP/1.1' });
  } else x.exit(status, undefined, { Location: `https://${x.host}${x.target}` });
}

function setUpstream(x: Exchange): void {
  const { match } = x;
  const service = match?.service;
  x.forwardedPrefix = forwardedPrefix(x);
  if (!match || !service) return;
  const { route, path, prefix } = match;
  x.upstream = {
    scheme: service.protocol === 'https' ? 'https' : 'http',
    method: x.method,
    path: escapePath(upstreamPath(service.path ?? '/', path, prefix, route.strip_path)),
    query: x.query,
    host: route.preserve_host ? x.headers.get('host') : undefined,
    serviceHost: service.host,
    servicePort: service.port,
    connectTimeoutMs: service.connect_timeout,
    readTimeoutMs: service.read_timeout,
    retries: service.retries,
  };
}
