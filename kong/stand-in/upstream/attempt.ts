import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { HeaderList, type HeaderPair } from '../nginx/header-list';
import type { Exchange } from '../request/exchange';
import { upstreamHeaders } from './upstream-headers';

/** The address of one attempt. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly hostHeader: string;
}

/** Why an attempt got no response: the status for the client, and whether another attempt is allowed. */
export class AttemptFailure extends Error {
  constructor(
    readonly status: 413 | 502 | 504,
    readonly canRepeat: boolean,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Sends the request to one address and waits for the head of the response.
 *
 * @throws AttemptFailure when there is no response; nothing was sent to the client then
 */
export async function attempt(x: Exchange, address: Address): Promise<IncomingMessage> {
  const { upstream } = x;
  if (!upstream) throw new Error('no upstream');
  const pairs = upstreamHeaders(x, address.hostHeader);
  const secure = upstream.scheme === 'https';
  const length = x.body.isHeld ? await heldLength(x) : undefined;
  const headers = withLength(pairs, length, upstream.method);
  const outgoing = (secure ? httpsRequest : httpRequest)({
    host: x.environment.addressOf(address.host),
    port: address.port,
    method: upstream.method,
    path: upstream.path + (upstream.query === undefined ? '' : `?${upstream.query}`),
    headers: headers as unknown as Record<string, string>,
    agent: secure ? x.environment.agents.https : x.environment.agents.http,
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
    // While Kong holds the answer, it does not notice that the client leaves.
    if (!x.isHeld) x.response.once('close', leave);
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
    outgoing.on('response', resolve);
    if (x.isUpgrade) {
      outgoing.on('upgrade', (response, socket, head) => {
        socket.unshift(head);
        resolve(response);
      });
    }
  });
}

/**
 * nginx repeats idempotent requests (`proxy_next_upstream`); the stand-in only without a body or with a body that was
 * read.
 */
const canRepeat = (x: Exchange): boolean =>
  !['POST', 'LOCK', 'PATCH'].includes(x.upstream?.method ?? x.method) && (x.body.isHeld || x.body.isEmpty);

async function heldLength(x: Exchange): Promise<number> {
  const body = await x.body.read();
  return body.kind === 'bytes' ? body.bytes.length : body.kind === 'file' ? body.size : 0;
}

/** Adds the length of a body that was read: it is sent as a whole, and a plugin may have replaced it. */
function withLength(pairs: readonly HeaderPair[], length: number | undefined, method: string): string[] {
  const list = HeaderList.fromRaw(pairs.flat());
  const declares = list.has('content-length') || list.has('transfer-encoding');
  if (length !== undefined) {
    list.remove('transfer-encoding');
    list.remove('content-length');
    if (declares || length > 0) list.add('Content-Length', String(length));
  }
  // Node would announce a chunked body for a POST without a body.
  const isBodiless = !list.has('content-length') && !list.has('transfer-encoding');
  if (isBodiless && !['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'].includes(method)) list.add('Content-Length', '0');
  return list.toRaw();
}

async function sendBody(x: Exchange, outgoing: ClientRequest, rejectBody: () => void): Promise<void> {
  const body = await x.body.stream();
  let bytes = 0;
  body.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (x.body.isTooLarge(bytes)) rejectBody();
  });
  body.on('error', () => outgoing.destroy());
  body.pipe(outgoing);
}
