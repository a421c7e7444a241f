import { randomBytes } from 'node:crypto';
import { createServer, ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { SERVER } from '../kong-version';
import { variable } from '../pdk/variables';
import type { PrometheusPlugin } from '../plugins/prometheus';
import { errorBody, messageFor } from '../request/errors';
import { Exchange } from '../request/exchange';
import { messageOf, Phases } from '../request/phases';
import { serve } from '../request/serve';
import type { Runtime } from '../runtime/runtime';
import { ClientRequest } from './client-request';
import { meter } from './traffic-meter';

const MAX_HEADER_BYTES = 32 * 1024;
const KEEP_ALIVE_MS = 75_000;
const HEADERS_MS = 60_000;

/** What the proxy listener needs; `runtime` is called for each request. */
export interface ProxyParts {
  readonly runtime: () => Runtime;
  readonly traffic: PrometheusPlugin['traffic'];
  readonly now: () => number;
}

/** The HTTP server of the proxy and its current requests. */
export class ProxyServer {
  readonly server: Server;
  private turn = 0;
  private readonly open = new Set<Promise<void>>();

  constructor(private readonly parts: ProxyParts) {
    this.server = createServer(
      {
        IncomingMessage: ClientRequest,
        maxHeaderSize: MAX_HEADER_BYTES,
        keepAliveTimeout: KEEP_ALIVE_MS,
        headersTimeout: HEADERS_MS,
        requestTimeout: 0,
        requireHostHeader: false,
      },
      (request, response) => {
        this.take(request, response);
      },
    );
    // Kong ignores expectations other than 100-continue.
    this.server.on('checkExpectation', (request, response) => {
      this.take(request, response);
    });
    this.server.on('upgrade', (request, socket, head) => {
      socket.unshift(head);
      this.takeUpgrade(request);
    });
    this.server.on('clientError', rejectMalformed);
    this.server.on('connection', (socket) => {
      parts.traffic.connections++;
      parts.traffic.active++;
      socket.on('close', () => parts.traffic.active--);
    });
  }

  /** Settles when all requests and their log phases have ended. */
  async drained(): Promise<void> {
    while (this.open.size > 0) await Promise.all(this.open);
  }

  private take(request: IncomingMessage, response: ServerResponse, isUpgrade = false): void {
    const done = this.handle(request, response, isUpgrade).catch((error: unknown) => {
      this.parts.runtime().log('crit', messageOf(error));
      response.destroy();
    });
    this.open.add(done);
    void done.finally(() => this.open.delete(done));
  }

  /** Handles a request for a WebSocket: Node leaves the connection and the response to the listener. */
  private takeUpgrade(request: IncomingMessage): void {
    const { socket } = request;
    const response = new ServerResponse(request);
    response.assignSocket(socket);
    response.shouldKeepAlive = false;
    response.on('finish', () => {
      if (response.statusCode !== 101) socket.destroySoon();
    });
    socket.on('error', () => socket.destroy());
    this.take(request, response, true);
  }

  private async handle(request: IncomingMessage, response: ServerResponse, isUpgrade: boolean): Promise<void> {
    const { traffic, now } = this.parts;
    const runtime = this.parts.runtime();
    const worker = this.turn++ % runtime.iterators.length;
    const iterator = runtime.iterators[worker];
    if (!iterator) throw new Error('no workers');
    traffic.requests++;
    const { count, mark } = meter(request.socket);
    const x = new Exchange(runtime, worker, request, response, now, count);
    x.isUpgrade = isUpgrade;
    const phases = new Phases(x, iterator);
    const { sharedContexts } = runtime;
    const closed = new Promise<void>((resolve) => {
      const leave = () => {
        x.clientGone = !response.writableFinished;
        if (x.clientGone && !x.headersSent && !x.isBroken && !x.isHeld) x.status = 499;
        resolve();
      };
      response.once('close', leave);
    });
    sharedContexts.open(x.id);
    try {
      await serve(x, phases);
      await closed;
      await phases.log();
      runtime.accessLog.write((name) => variable(x, name));
    } finally {
      mark();
      sharedContexts.close(x.id);
      if (x.proxied && x.peer) x.balancer?.reportStatus(x.peer, x.heldResponse?.status ?? x.upstreamStatus ?? x.status);
      await x.body.dispose();
    }
  }
}

/** Responds to a malformed HTTP request, like nginx with Kong's error page. */
function rejectMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  // A request with an unknown transfer coding already has its response.
  if (!socket.writable || error.code === 'ECONNRESET' || error.code === 'HPE_INVALID_TRANSFER_ENCODING') {
    socket.destroy();
    return;
  }
  const id = randomBytes(16).toString('hex');
  const message = messageFor(error.code === 'HPE_HEADER_OVERFLOW' ? 494 : 400);
  const body = errorBody('text/plain', message, id);
  const head = [
    'HTTP/1.1 400 Bad Request',
    `Date: ${new Date().toUTCString()}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${body.length}`,
    'X-Kong-Response-Latency: 0',
    `Server: ${SERVER}`,
    `X-Kong-Request-Id: ${id}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
