import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** Where the endpoint listens, and what it reports. */
export interface MonitorOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly registry: Registry;
  /** Whether Kong can reach the plugins. */
  readonly isReady: () => boolean;
  /** Within which a request must be complete, in milliseconds. */
  readonly requestTimeoutMs?: number;
  /** Answers `/health`; absent: there is no such path. */
  readonly health?: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** What else the endpoint serves, by the beginning of the path. */
  readonly intake?: { readonly path: string; readonly handle: RequestHandler };
}

type RequestHandler = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>;

/** The endpoint for operators: `/healthz` (the process runs), `/readyz` (Kong can connect), `/health` (JSON), `/metrics`. */
export interface Monitor {
  readonly url: string;
  close(): Promise<void>;
}

/** There are few scrapers; more connections are a mistake or an attack. */
const MAX_CONNECTIONS = 64;

/** For an intake: each of Kong's workers keeps a connection or two. */
const MAX_INTAKE_CONNECTIONS = 512;

const REQUEST_TIMEOUT_MS = 10_000;

/** How often requests that are not complete in time are looked for, in milliseconds. */
const CHECK_EVERY_MS = 1_000;

/** Kong keeps idle connections of http-log for a minute; it must be the one that closes them. */
const INTAKE_KEEP_ALIVE_MS = 75_000;

/** Starts the endpoint. It responds to GET and HEAD, reads no body, and reports nothing about single requests. */
export async function startMonitor(options: MonitorOptions): Promise<Monitor> {
  const { host, port, registry, isReady, health, requestTimeoutMs = REQUEST_TIMEOUT_MS, intake } = options;
  const server = createServer({ connectionsCheckingInterval: CHECK_EVERY_MS }, (request, response) => {
    if (intake && request.url?.startsWith(intake.path)) {
      void intake.handle(request, response, request.url);
      return;
    }
    request.resume();
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(response.setHeader('Allow', 'GET, HEAD'), 405, 'method not allowed\n');
      return;
    }
    const [path] = (request.url ?? '').split('?');
    if (path === '/healthz') answer(response, 200, 'ok\n');
    else if (path === '/readyz') answer(response, isReady() ? 200 : 503, isReady() ? 'ready\n' : 'not ready\n');
    else if (path === '/health' && health) void health(request, response).catch(() => response.destroy());
    else if (path === '/metrics') void expose(response, registry);
    else answer(response, 404, 'not found: try /health, /healthz, /readyz or /metrics\n');
  });
  server.maxConnections = MAX_CONNECTIONS + (intake ? MAX_INTAKE_CONNECTIONS : 0);
  if (intake) server.keepAliveTimeout = INTAKE_KEEP_ALIVE_MS;
  server.headersTimeout = Math.min(5_000, requestTimeoutMs);
  server.requestTimeout = requestTimeoutMs;
  await listen(server, host, port);
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function expose(response: ServerResponse, registry: Registry): Promise<void> {
  try {
    const text = await registry.metrics();
    response.setHeader('Content-Type', registry.contentType);
    answer(response, 200, text);
  } catch {
    answer(response, 500, 'the metrics could not be collected\n');
  }
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.statusCode = status;
  if (!response.hasHeader('Content-Type')) response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(body);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
