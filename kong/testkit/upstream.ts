import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer } from './http';

/** A real upstream on a free port. */
export interface TestUpstream {
  readonly server: Server;
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/** Starts one with this listener. */
export async function startUpstream(listener?: RequestListener): Promise<TestUpstream> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** What an upstream that answers with {@link echo} saw. */
export interface Echo {
  readonly method: string;
  readonly url: string;
  /** Flat list of names and values, as they came. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** Answers with what it got, the body in base64. */
export const echo: RequestListener = (incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    const { method, url, rawHeaders: headers } = incoming;
    outgoing.setHeader('Content-Type', 'application/json');
    outgoing.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString('base64') }));
  });
};

/** What {@link echo} saw, from its answer. */
export const echoed = ({ body }: Answer): Echo => JSON.parse(body.toString()) as Echo;
