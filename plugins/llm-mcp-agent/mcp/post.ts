import type { Readable } from 'node:stream';

/** The values of a response header, by its name in lower case. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** A response of which the body was not read yet. */
export interface GatewayResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: Readable;
}

/** A request to a route of the gateway. */
export interface GatewayRequest {
  readonly method: 'POST' | 'GET' | 'DELETE';
  /** From the root of the gateway. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal: AbortSignal;
  /** The longest silence, in milliseconds. */
  readonly timeoutMs: number;
}

/** Sends a request to the gateway. @throws when there is no response */
export type Send = (request: GatewayRequest) => Promise<GatewayResponse>;

/** The first value of a header. */
export const headerOf = (headers: ResponseHeaders, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
};

/** Reads a body; undefined if it is longer than `maxBytes`. @throws when the connection breaks */
export async function readBody(body: Readable, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      body.destroy();
      return undefined;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
