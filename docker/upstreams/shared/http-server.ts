import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendJson } from './answers';
import { BodyBudget } from './body-budget';

/** Where a demo backend listens; port 0 means any free port. */
export interface ListenOptions {
  host?: string;
  port?: number;
}

/** A running demo backend: its address and how to stop it. */
export interface RunningServer {
  /** `http://host:port`, without a trailing slash. */
  url: string;
  port: number;
  /** Ends open streams and frees the port within a fraction of a second; safe to call twice. */
  close(): Promise<void>;
}

/** Answers one request; a rejected promise is answered with 500 and affects only that request. */
export type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** Further connections are refused immediately. */
const MAX_CONNECTIONS = 512;
/** A request must arrive completely within this time. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the 60 s for which Kong keeps an idle upstream connection, so that Kong closes it first. */
const KEEP_ALIVE_MS = 75_000;
const CLOSE_GRACE_MS = 250;
/**
 * Bytes of large bodies that are held at once; further bodies wait. A parsed body needs several times its length, and
 * the containers have at least 256 MB.
 */
const MAX_HELD_BYTES = 20_971_520;

/**
 * Listens with limits on connections, header and request times, and resolves when the port is open.
 * Rejects if the address cannot be bound. `onClose` ends what the handler keeps open (streams, sessions).
 */
export async function startHttpServer(
  { host = '127.0.0.1', port = 0 }: ListenOptions,
  handle: Handle,
  onClose: () => Promise<void> | void = () => undefined,
): Promise<RunningServer> {
  const budget = new BodyBudget(MAX_HELD_BYTES);
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS }, (req, res) => {
    void answer(handle, budget, req, res);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) =>
      server.close(() => {
        resolve();
      }),
    );
    const force = setTimeout(() => {
      server.closeAllConnections();
    }, CLOSE_GRACE_MS);
    await onClose();
    server.closeIdleConnections();
    await closed;
    clearTimeout(force);
  };
  const bound = (server.address() as AddressInfo).port;
  const authority = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${authority}:${bound}`, port: bound, close: () => (closing ??= close()) };
}

async function answer(
  handle: Handle,
  budget: BodyBudget,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A reset by the peer while writing must not be an uncaught error.
  response.on('error', () => undefined);
  const giveBack = await budget.take(bodyBytes(request));
  try {
    if (!response.destroyed) await handle(request, response);
  } catch (error) {
    process.stderr.write(
      `request failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    if (response.headersSent) response.destroy();
    else sendJson(response, 500, { error: 'internal server error' });
  } finally {
    giveBack();
  }
}

/** The length of the body in bytes, `Infinity` for a chunked body. */
function bodyBytes({ headers }: IncomingMessage): number {
  return headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Infinity;
}
