import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { finished, type Duplex } from 'node:stream';
import type { Exchange } from './exchange';
import { HeaderList, type HeaderPair } from './header-list';
import { dropResponseHops } from './hop-by-hop';
import type { Responder } from './responder';
import { upstreamHeaders } from './upstream-headers';

/** Where one attempt goes. */
interface Address {
  readonly host: string;
  readonly port: number;
  readonly hostHeader: string;
}

/** Why an attempt got no answer: the status for the client, and whether another attempt may be made. */
class AttemptFailure extends Error {
  constructor(
    readonly status: 413 | 502 | 504,
    readonly canRepeat: boolean,
    message: string,
  ) {
    super(message);
  }
}

/** An upgraded connection: the client's socket, and what came with the request. */
export interface Upgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
}

/**
 * Sends the request to its upstream and the answer to the client, piece by piece in both directions. Tries other targets
 * while no answer came and nginx would (`retries`). Settles when the answer's end was handed to the client's connection.
 */
export async function proxy(x: Exchange, responder: Responder, upgrade?: Upgrade): Promise<void> {
  const { upstream } = x;
  if (!upstream) throw new Error('no upstream to proxy to');
  if (x.match?.route.request_buffering && !upgrade && (await x.body.read()).kind === 'too large') {
    responder.failure(413);
    return;
  }
  for (;;) {
    const address = nextAddress(x);
    if (!address) {
      responder.failure(503);
      return;
    }
    try {
      const answer = await attempt(x, address, upgrade);
      await (answer.upgraded ? tunnel(x, answer.upgraded, responder, upgrade) : relay(x, answer.response, responder));
      return;
    } catch (error) {
      if (!(error instanceof AttemptFailure)) throw error;
      if (x.clientGone) return;
      noteFailure(x, error);
      if (!error.canRepeat || x.tries.length > upstream.retries) {
        responder.failure(error.status);
        return;
      }
    }
  }
}

/**
 * Picks the first target. Gives false when the upstream has none that is healthy; later ones are picked by
 * {@link proxy} itself.
 */
export function pickTarget(x: Exchange): boolean {
  const { upstream, runtime } = x;
  x.balancer = upstream && runtime.balancers.get(upstream.serviceHost);
  if (!x.balancer) return true;
  x.peer = x.balancer.next();
  return x.peer !== undefined;
}

function nextAddress(x: Exchange): Address | undefined {
  const { upstream, balancer } = x;
  if (!upstream) return undefined;
  if (balancer && x.tries.length > 0) {
    // Kong reports a try that failed when it makes the next one; the last one counts by its status, when it is logged.
    if (x.peer) balancer.reportFailure(x.peer, x.tries.at(-1)?.code === 504 ? 'timeout' : 'tcp_failure');
    x.peer = balancer.next();
  }
  if (balancer && !x.peer) return undefined;
  const host = x.peer?.host ?? upstream.serviceHost;
  const port = x.peer?.port ?? upstream.servicePort;
  const name = balancer?.upstream.host_header ?? host;
  const standard = upstream.scheme === 'https' ? 443 : 80;
  x.moments.balancerEnd = x.now();
  const now = x.now();
  x.tries.push({
    ip: x.runtime.addressOf(host),
    port,
    balancer_start: now,
    balancer_start_ns: now * 1e6,
    balancer_latency: 0,
    balancer_latency_ns: 0,
  });
  return { host, port, hostHeader: upstream.host ?? (port === standard ? name : `${name}:${port}`) };
}

function noteFailure(x: Exchange, failure: AttemptFailure): void {
  x.log('err', `upstream failed: ${failure.message}`);
  x.upstreamStatuses.push(failure.status);
  const last = x.tries.pop();
  if (last) x.tries.push({ ...last, state: 'failed', code: failure.status });
}

interface Answer {
  readonly response: IncomingMessage;
  readonly upgraded?: { readonly socket: Duplex; readonly head: Buffer; readonly response: IncomingMessage };
}

async function attempt(x: Exchange, address: Address, upgrade: Upgrade | undefined): Promise<Answer> {
  const { upstream } = x;
  if (!upstream) throw new Error('no upstream');
  const pairs = upstreamHeaders(x, address.hostHeader, upgrade !== undefined);
  const secure = upstream.scheme === 'https';
  const length = x.body.isHeld ? await heldLength(x) : undefined;
  const headers = withLength(pairs, length, upstream.method);
  const outgoing = (secure ? httpsRequest : httpRequest)({
    host: x.runtime.addressOf(address.host),
    port: address.port,
    method: upstream.method,
    path: upstream.path + (upstream.query === undefined ? '' : `?${upstream.query}`),
    headers: headers as unknown as Record<string, string>,
    agent: secure ? x.runtime.agents.https : x.runtime.agents.http,
    ...(secure && { servername: isIP(address.host) ? '' : address.host }),
  });
  return new Promise((resolve, reject) => {
    let connected = false;
    const fail = (status: 413 | 502 | 504, message: string) => {
      reject(new AttemptFailure(status, status !== 413 && (!connected || canRepeat(x)), message));
      outgoing.destroy();
    };
    const connectTimer = setTimeout(() => {
      fail(504, 'upstream timed out while connecting');
    }, upstream.connectTimeoutMs);
    const leave = () => {
      outgoing.destroy();
    };
    x.response.once('close', leave);
    outgoing.on('socket', (socket) => {
      const ready = () => {
        connected = true;
        clearTimeout(connectTimer);
        outgoing.setTimeout(upstream.readTimeoutMs);
        void sendBody(x, outgoing, () => {
          fail(413, 'client intended to send too large chunked body');
        });
      };
      if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', ready);
      else ready();
    });
    outgoing.on('timeout', () => {
      fail(504, 'upstream timed out');
    });
    outgoing.on('error', (error) => {
      clearTimeout(connectTimer);
      fail(502, error.message);
    });
    outgoing.on('response', (response) => {
      resolve({ response });
    });
    outgoing.on('upgrade', (response, socket, head) => {
      x.response.removeListener('close', leave);
      resolve({ response, upgraded: { response, socket, head } });
    });
  });
}

/** nginx repeats what is idempotent (`proxy_next_upstream`); here only while there is no body, or it was kept. */
const canRepeat = (x: Exchange): boolean =>
  !['POST', 'LOCK', 'PATCH'].includes(x.upstream?.method ?? x.method) && (x.body.isHeld || x.body.isEmpty);

async function heldLength(x: Exchange): Promise<number> {
  const body = await x.body.read();
  return body.kind === 'bytes' ? body.bytes.length : body.kind === 'file' ? body.size : 0;
}

/** With the body's own length where it was read: it goes out whole, and may be another than the client's. */
function withLength(pairs: readonly HeaderPair[], length: number | undefined, method: string): string[] {
  const list = HeaderList.fromRaw(pairs.flat());
  const declares = list.has('content-length') || list.has('transfer-encoding');
  // Node would announce chunks for a POST without a body.
  if (!declares && length === undefined && !['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'].includes(method)) {
    list.add('Content-Length', '0');
  }
  if (length !== undefined) {
    list.remove('transfer-encoding');
    list.remove('content-length');
    if (declares || length > 0) list.add('Content-Length', String(length));
  }
  return list.toRaw();
}

async function sendBody(x: Exchange, outgoing: ClientRequest, refuse: () => void): Promise<void> {
  const body = await x.body.stream();
  let bytes = 0;
  body.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (x.body.isTooLarge(bytes)) refuse();
  });
  body.on('error', () => outgoing.destroy());
  body.pipe(outgoing);
}

/** Headers of which nginx keeps one: the upstream's goes before what a plugin set early. */
const SINGLE = new Set([
  'content-type',
  'content-length',
  'date',
  'server',
  'location',
  'last-modified',
  'etag',
  'expires',
]);

function takeHead(x: Exchange, response: IncomingMessage): void {
  const headers = HeaderList.fromRaw(response.rawHeaders);
  dropResponseHops(headers, x.headers.get('upgrade'));
  x.status = response.statusCode ?? 502;
  x.reason = response.statusMessage;
  x.upstreamStatuses.push(x.status);
  for (const [name, value] of headers.entries()) {
    if (SINGLE.has(name.toLowerCase())) x.responseHeaders.set(name, value);
    else x.responseHeaders.add(name, value);
  }
}

/** Passes the answer on as it comes; an upstream that breaks off breaks the client's connection too. */
function relay(x: Exchange, response: IncomingMessage, responder: Responder): Promise<void> {
  takeHead(x, response);
  if (!responder.head()) {
    response.destroy();
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const resume = () => {
      response.resume();
    };
    x.response.on('drain', resume);
    let isSilent = true;
    response.on('data', (chunk: Buffer) => {
      isSilent = false;
      if (!responder.piece(chunk)) response.pause();
    });
    // A stream without news yet: its head goes out alone, as nginx flushes it.
    setImmediate(() => {
      if (isSilent && !x.response.writableEnded) x.response.flushHeaders();
    });
    finished(response, { writable: false }, (error) => {
      if (error ?? !response.complete) x.response.destroy();
      else responder.end();
      resolve();
    });
  });
}

/** Joins the two connections after an upgrade; no filter sees what passes. */
function tunnel(
  x: Exchange,
  upgraded: NonNullable<Answer['upgraded']>,
  responder: Responder,
  upgrade?: Upgrade,
): Promise<void> {
  const { socket, head, response } = upgraded;
  takeHead(x, response);
  x.responseHeaders.set('Connection', 'upgrade');
  if (!upgrade || !responder.head()) {
    socket.destroy();
    return Promise.resolve();
  }
  x.isTunnel = true;
  x.response.flushHeaders();
  x.response.detachSocket(upgrade.socket as never);
  upgrade.socket.write(head);
  socket.write(upgrade.head);
  return new Promise((resolve) => {
    const close = () => {
      socket.destroy();
      upgrade.socket.destroy();
      resolve();
    };
    for (const side of [socket, upgrade.socket]) side.on('error', close).on('close', close);
    socket.pipe(upgrade.socket);
    upgrade.socket.pipe(socket);
  });
}
