import { createConnection } from 'node:net';

/** Longest time that the client waits for more bytes of a connection that stays open. */
const IDLE_MS = 700;

/**
 * Sends bytes over a new connection and returns everything that it receives, until the other side closes the connection
 * or sends nothing more.
 *
 * @param parts sent one after the other, each in its own packet
 */
export function sendRaw(host: string, port: number, parts: readonly Buffer[]): Promise<Buffer> {
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = createConnection({ host, port, localAddress: '127.0.0.1', noDelay: true });
    const finish = () => {
      socket.destroy();
      resolve(Buffer.concat(received));
    };
    socket.setTimeout(IDLE_MS, finish);
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    socket.on('error', finish);
    socket.on('close', finish);
    socket.on('connect', () => void sendParts());
    const sendParts = async () => {
      for (const part of parts) {
        socket.write(part);
        await new Promise((next) => setTimeout(next, 15));
      }
    };
  });
}

/** A response as it was received. */
export interface RawResponse {
  readonly statusLine: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** False where the connection ended before the end of the body. */
  readonly complete: boolean;
}

/** Splits the bytes of a connection into responses. `methods` are those of the requests: HEAD has no body. */
export function parseResponses(bytes: Buffer, methods: readonly string[]): RawResponse[] {
  const responses: RawResponse[] = [];
  let rest = bytes.toString('latin1');
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) {
      responses.push({ statusLine: rest, headers: [], body: '', complete: false });
      break;
    }
    const [statusLine = '', ...lines] = rest.slice(0, end).split('\r\n');
    const headers = lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
    });
    const isInterim = statusLine.startsWith('HTTP/1.1 1');
    const isHead =
      methods[responses.filter(({ statusLine: line }) => !line.startsWith('HTTP/1.1 1')).length] === 'HEAD';
    const { body, complete, length } = isInterim
      ? { body: '', complete: true, length: 0 }
      : readBody(rest.slice(end + 4), statusLine, headers, isHead);
    responses.push({ statusLine, headers, body, complete });
    rest = rest.slice(end + 4 + length);
  }
  return responses;
}

function readBody(
  rest: string,
  statusLine: string,
  headers: RawResponse['headers'],
  isHead: boolean,
): { body: string; complete: boolean; length: number } {
  const value = (name: string) => headers.find(([key]) => key.toLowerCase() === name)?.[1];
  const length = value('content-length');
  if (isHead || / (204|304)( |$)/.test(statusLine)) return { body: '', complete: true, length: 0 };
  if (value('transfer-encoding')?.toLowerCase() === 'chunked') return readChunks(rest);
  if (length === undefined) return { body: rest, complete: true, length: rest.length };
  const body = rest.slice(0, Number(length));
  return { body, complete: body.length === Number(length), length: body.length };
}

function readChunks(rest: string): { body: string; complete: boolean; length: number } {
  let at = 0;
  let body = '';
  for (;;) {
    const [head, size] = /^([\da-f]+)\r\n/i.exec(rest.slice(at)) ?? [];
    if (head === undefined || size === undefined) return { body, complete: false, length: rest.length };
    const bytes = Number.parseInt(size, 16);
    at += head.length;
    if (bytes === 0) return { body, complete: rest.startsWith('\r\n', at), length: at + 2 };
    body += rest.slice(at, at + bytes);
    at += bytes + 2;
  }
}
