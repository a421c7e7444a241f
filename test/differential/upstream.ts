import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the upstream received it. */
export interface Received {
  readonly requestLine: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** The upstream of both gateways. The last segment of the path selects its response. */
export interface RecordingUpstream {
  readonly port: number;
  /** Returns what it received since the last call. */
  take(): Received[];
  close(): Promise<void>;
}

const CHUNK = 'a'.repeat(100);

/** What the upstream writes on its connection, without help of an HTTP library. */
const RAW: Readonly<Record<string, string>> = {
  garbage: 'this is not HTTP\r\n\r\n',
  partial: `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\npart`,
  'chunks-broken-off': `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n${CHUNK}\r\n64\r\n12`,
  'until-close': 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nall of it',
  'http-1.0': 'HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold',
  reason: 'HTTP/1.1 299 My Reason\r\nContent-Length: 2\r\n\r\nok',
  'no-reason': 'HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok',
  repeated:
    'HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nX-Multi: 1\r\nX-Multi: 2\r\nServer: mine\r\nVia: 1.1 inner\r\nContent-Length: 2\r\n\r\nok',
  twice:
    'HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Multi: 1\r\nX-Multi: 2\r\nETag: "1"\r\nVia: 1.1 inner\r\nContent-Length: 2\r\n\r\nok',
  private:
    'HTTP/1.1 200 OK\r\nConnection: X-Private\r\nX-Private: 1\r\nKeep-Alive: timeout=5\r\nX-Accel-Buffering: no\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nok',
  hops: 'HTTP/1.1 200 OK\r\nConnection: X-Private\r\nX-Private: 1\r\nKeep-Alive: timeout=5\r\nTrailer: X-Sum\r\nX-Accel-Buffering: no\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nok',
  'latin-1': 'HTTP/1.1 200 OK\r\nX-Bytes: \xe9\xff\r\nContent-Length: 2\r\n\r\nok',
  'text-type': 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nok',
  'not-modified': 'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n',
  'no-content': 'HTTP/1.1 204 No Content\r\n\r\n',
  'with-date':
    'HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Length: 2\r\n\r\nok',
  error: 'HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
  redirect: 'HTTP/1.1 302 Found\r\nLocation: http://elsewhere.test/\r\nContent-Length: 0\r\n\r\n',
  session: 'HTTP/1.1 200 OK\r\nMcp-Session-Id: id-1\r\nContent-Length: 2\r\n\r\nok',
  challenge:
    'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer resource_metadata="https://foreign.test"\r\nContent-Length: 2\r\n\r\nno',
  'kong-headers':
    'HTTP/1.1 200 OK\r\nX-Kong-Request-Id: mine\r\nX-Kong-Upstream-Latency: 7\r\nContent-Length: 2\r\n\r\nok',
};
/** After these the connection ends at once. */
const ENDS = new Set(['garbage', 'partial', 'chunks-broken-off', 'until-close', 'http-1.0']);

/** Starts the upstream on a free port of 127.0.0.1. */
export async function startRecordingUpstream(): Promise<RecordingUpstream> {
  let received: Received[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      received.push(recordOf(incoming, Buffer.concat(chunks)));
      respond(incoming, outgoing);
    });
  });
  server.on('upgrade', (incoming, socket) => {
    received.push(recordOf(incoming, Buffer.alloc(0)));
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Up: 1\r\n\r\n');
    socket.once('data', (data) => socket.end(data));
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    take: () => {
      const taken = received;
      received = [];
      return taken;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function recordOf({ method = '', url = '', httpVersion, rawHeaders }: IncomingMessage, body: Buffer): Received {
  const headers: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) headers.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  return { requestLine: `${method} ${url} HTTP/${httpVersion}`, headers, body: body.toString('latin1') };
}

function respond({ url = '', socket }: IncomingMessage, outgoing: ServerResponse): void {
  const name = /([\w.-]+)(?:\?.*)?$/.exec(url)?.[1] ?? '';
  const raw = RAW[name];
  if (raw !== undefined) {
    outgoing.detachSocket(socket);
    socket.write(raw, 'latin1', () => {
      if (ENDS.has(name)) socket.end();
    });
    if (!ENDS.has(name)) socket.destroySoon();
  } else if (name === 'hang-up') socket.destroy();
  else if (name === 'silent') return;
  else if (name === 'never-ends') {
    outgoing.writeHead(200, { 'Content-Type': 'text/event-stream' });
    outgoing.write('data: 1\n\n');
  } else if (name === 'chunks') {
    outgoing.writeHead(200, { 'Content-Type': 'text/event-stream', Date: 'x' });
    outgoing.write('data: 1\n\n');
    setTimeout(() => outgoing.end('data: 2\n\n'), 20);
  } else {
    const body = `${CHUNK}\n`;
    outgoing.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
    outgoing.end(body);
  }
}
