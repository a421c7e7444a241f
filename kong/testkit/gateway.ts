import { once } from 'node:events';
import {
  createServer,
  request,
  type IncomingMessage,
  type RequestListener,
  type RequestOptions,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { startGateway, type Gateway, type GatewayOptions } from '../stand-in/gateway';

/** A gateway on free ports, and what it logged. */
export interface TestGateway extends Gateway {
  readonly logs: string[];
}

/** Starts a gateway for a declarative file without its `_format_version`. */
export async function startTestGateway(
  configText: string,
  settings: Readonly<Record<string, string>> = {},
  options: Omit<GatewayOptions, 'settings' | 'configText' | 'log'> = {},
): Promise<TestGateway> {
  const logs: string[] = [];
  const anyPort = { proxy_listen: '127.0.0.1:0', admin_listen: '127.0.0.1:0', status_listen: '127.0.0.1:0' };
  const gateway = await startGateway({
    ...options,
    configText: `_format_version: "3.0"\n${configText}`,
    settings: { ...anyPort, ...settings },
    log: (level, message) => logs.push(`[${level}] ${message}`),
  });
  return { ...gateway, logs };
}

/** A service and its route, both of this name, for a flow mapping of a declarative file. */
export const routed = (name: string, url: string): string =>
  `name: ${name}, url: "${url}", routes: [{ name: ${name}, paths: [/${name}] }]`;

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

/** An answer as it came over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** One request whose bytes are the test's own: nothing is added to the headers but `Host` and a length. */
export async function send(url: string, options: RequestOptions = {}, body?: string | Buffer): Promise<Answer> {
  const outgoing = request(url, { agent: false, ...options });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { statusCode = 0, headers, rawHeaders } = incoming;
  return { status: statusCode, headers, rawHeaders, body: Buffer.concat(chunks) };
}

/** What {@link echo} saw, from its answer. */
export const echoed = ({ body }: Answer): Echo => JSON.parse(body.toString()) as Echo;

/** The message of an error of Kong's. */
export const messageOf = ({ body }: Answer): string => (JSON.parse(body.toString()) as { message: string }).message;

/** The values of a header in a flat list. */
export const valuesOf = (headers: readonly string[], name: string): string[] =>
  headers.filter((_, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === name.toLowerCase());
