import { once } from 'node:events';
import { request, type IncomingMessage, type RequestOptions } from 'node:http';

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

/** The message of an error of Kong's. */
export const messageOf = ({ body }: Answer): string => (JSON.parse(body.toString()) as { message: string }).message;

/** The values of a header in a flat list. */
export const valuesOf = (headers: readonly string[], name: string): string[] =>
  headers.filter((_, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === name.toLowerCase());
