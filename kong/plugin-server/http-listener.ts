import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpHandler, HttpMounts } from '../pdk';

/** Where the listener listens, and what it reports. */
export interface HttpListenerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Called with what a handler threw, which is a bug. */
  readonly onError: (error: unknown) => void;
}

/** Kong opens a connection for each request in progress. */
const MAX_CONNECTIONS = 16_384;
/** Longer than the 60 s for which Kong keeps an idle connection, so that Kong closes it first. */
const KEEP_ALIVE_MS = 75_000;

/**
 * The listener for plugins whose answers stream or take long: Kong proxies to it like to any upstream. `/health` answers its
 * health checks.
 */
export class HttpListener implements HttpMounts {
  private readonly handlers = new Map<string, HttpHandler>();
  private readonly server: Server;
  private address: { readonly host: string; readonly port: number } | undefined;

  private constructor(private readonly options: HttpListenerOptions) {
    this.server = createServer((request, response) => {
      const handler = this.handlerFor(request.url ?? '/');
      if (!handler) {
        request.resume();
        answer(response, isHealthCheck(request.url) ? 200 : 404);
        return;
      }
      this.handle(handler, request, response);
    });
    this.server.maxConnections = MAX_CONNECTIONS;
    this.server.keepAliveTimeout = KEEP_ALIVE_MS;
    this.server.headersTimeout = 10_000;
    // Kong has read the request before it connects, and a handler reads the body at once.
    this.server.requestTimeout = 60_000;
  }

  /** Starts to listen. @throws Error when the address cannot be used */
  static async listen(options: HttpListenerOptions): Promise<HttpListener> {
    const listener = new HttpListener(options);
    const { server } = listener;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, options.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    listener.address = { host: options.host, port: (server.address() as AddressInfo).port };
    return listener;
  }

  /** `http://host:port`. */
  get url(): string {
    const { host = '', port = 0 } = this.address ?? {};
    return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  mount(prefix: string, handler: HttpHandler): () => void {
    if (this.handlers.has(prefix)) throw new Error(`the path ${prefix} of the HTTP listener is in use`);
    this.handlers.set(prefix, handler);
    return () => {
      if (this.handlers.get(prefix) === handler) this.handlers.delete(prefix);
    };
  }

  /** Stops to listen, and ends all connections. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => {
        resolve();
      });
      this.server.closeAllConnections();
    });
  }

  private handlerFor(url: string): HttpHandler | undefined {
    const [, first = ''] = url.split(/[/?]/, 2);
    return this.handlers.get(`/${first}`);
  }

  private handle(handler: HttpHandler, ...[request, response]: Parameters<HttpHandler>): void {
    response.on('error', () => undefined);
    handler(request, response).catch((error: unknown) => {
      this.options.onError(error);
      if (response.headersSent) response.destroy();
      else answer(response, 500);
    });
  }
}

const isHealthCheck = (url: string | undefined): boolean => /^\/health(?:\?|$)/.test(url ?? '');

const TEXTS: Readonly<Record<number, string>> = { 200: 'ok\n', 404: 'not found\n', 500: 'internal error\n' };

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(TEXTS[status]);
}
