import { randomBytes } from 'node:crypto';
import { createServer, ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { PrometheusPlugin } from '../plugins/prometheus';
import { errorBody, messageFor } from '../request/errors';
import { Exchange } from '../request/exchange';
import { messageOf, runLog } from '../request/phases';
import { serve } from '../request/serve';
import type { Runtime } from '../runtime/runtime';
import type { Worker } from '../runtime/worker';
import type { Upgrade } from '../upstream/attempt';
import { SERVER } from '../upstream/upstream-headers';
import { meter } from './traffic-meter';

const MAX_HEADER_BYTES = 32 * 1024;
const KEEP_ALIVE_MS = 75_000;
const HEADERS_MS = 60_000;

/** What the proxy's listener works with; `runtime` is asked anew for each request. */
export interface ProxyParts {
  readonly runtime: () => Runtime;
  readonly workers: readonly Worker[];
  readonly traffic: PrometheusPlugin['traffic'];
  readonly now: () => number;
}

/** The proxy's HTTP server and the requests that are on their way through it. */
export class ProxyServer {
  readonly server: Server;
  private turn = 0;
  private readonly open = new Set<Promise<void>>();

  constructor(private readonly parts: ProxyParts) {
    this.server = createServer(
      {
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
    this.server.on('upgrade', (request, socket, head) => {
      this.takeUpgrade(request, socket, head);
    });
    this.server.on('clientError', refuse);
    this.server.on('connection', (socket) => {
      parts.traffic.connections++;
      parts.traffic.active++;
      socket.on('close', () => parts.traffic.active--);
    });
  }

  /** Settles when no request is left, its log phase included. */
  async drained(): Promise<void> {
    while (this.open.size > 0) await Promise.all(this.open);
  }

  private take(request: IncomingMessage, response: ServerResponse, upgrade?: Upgrade): void {
    const done = this.handle(request, response, upgrade).catch((error: unknown) => {
      this.parts.runtime().log('crit', messageOf(error));
      response.destroy();
    });
    this.open.add(done);
    void done.finally(() => this.open.delete(done));
  }

  private takeUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const response = new ServerResponse(request);
    response.assignSocket(request.socket);
    response.shouldKeepAlive = false;
    response.on('finish', () => {
      socket.end();
    });
    socket.on('error', () => {
      response.destroy();
    });
    const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
    this.take(request, response, isWebSocket ? { socket, head } : undefined);
  }

  private async handle(request: IncomingMessage, response: ServerResponse, upgrade?: Upgrade): Promise<void> {
    const { runtime, workers, traffic, now } = this.parts;
    const worker = workers[this.turn++ % workers.length];
    if (!worker) throw new Error('no workers');
    traffic.requests++;
    const { count, mark } = meter(request.socket);
    const x = new Exchange(runtime(), worker, request, response, now, count);
    const { lua } = x.runtime;
    const closed = new Promise<void>((resolve) => {
      const leave = () => {
        x.clientGone = !response.writableFinished && !x.isTunnel;
        if (x.clientGone && !x.headersSent && !x.isBroken) x.status = 499;
        resolve();
      };
      response.once('close', leave);
      if (upgrade) upgrade.socket.once('close', leave);
    });
    lua.open(x.id);
    try {
      await serve(x, upgrade);
      await closed;
      await runLog(x);
    } finally {
      mark();
      lua.close(x.id);
      if (x.proxied && x.peer) x.balancer?.reportStatus(x.peer, x.upstreamStatus ?? x.status);
      await x.body.dispose();
    }
  }
}

/** Answers what is no HTTP request, as nginx answers it through Kong's error page. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
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
