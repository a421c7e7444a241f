import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Answers one request; the body of a POST is read already. */
export type Responder = (request: IncomingMessage, response: ServerResponse, form: URLSearchParams) => void;

/** An authorization server whose answers a test chooses. */
export interface TestAuthorizationServer {
  /** Its issuer identifier: the origin with a path. */
  readonly issuer: string;
  readonly origin: string;
  /** What each path answers: JSON, or a function. Other paths answer 404. */
  readonly routes: Map<string, object | Responder>;
  /** The requests so far, as `GET /path`. */
  readonly requests: string[];
  /** Counts the requests to a path. */
  count(path: string): number;
  /** Closes its connections and its port; {@link start} opens the same port again. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts a server with a discovery document. */
export async function startAuthorizationServer(path = '/tenant'): Promise<TestAuthorizationServer> {
  const routes = new Map<string, object | Responder>();
  const requests: string[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = request.url ?? '/';
    requests.push(`${request.method ?? ''} ${url}`);
    const form = new URLSearchParams(await text(request));
    const route = routes.get(url);
    if (typeof route === 'function') {
      (route as Responder)(request, response, form);
      return;
    }
    response.writeHead(route ? 200 : 404, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(route ?? { error: 'not_found' }));
  };
  let server: Server | undefined;
  let port = 0;
  const start = async (): Promise<void> => {
    server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  };
  await start();
  const origin = `http://127.0.0.1:${port}`;
  const issuer = `${origin}${path}`;
  routes.set(`/.well-known/oauth-authorization-server${path}`, {
    issuer,
    jwks_uri: `${origin}/jwks`,
    introspection_endpoint: `${origin}/introspect`,
    token_endpoint: `${origin}/token`,
  });
  return {
    issuer,
    origin,
    routes,
    requests,
    count: (wanted) => requests.filter((request) => request.split(' ')[1] === wanted).length,
    start,
    stop: async () => {
      server?.closeAllConnections();
      await new Promise((resolve) => server?.close(resolve));
    },
  };
}
