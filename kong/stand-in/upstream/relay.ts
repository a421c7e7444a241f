import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream';
import { HeaderList } from '../nginx/header-list';
import { dropResponseHops } from '../nginx/hop-by-hop';
import { ResponseBuffer, isBuffered } from '../nginx/response-buffer';
import type { Exchange } from '../request/exchange';
import type { Responder } from '../request/responder';

/** Headers that nginx keeps once: the value of the upstream replaces one that a plugin set before. */
const SINGLE = new Set([
  'content-type',
  'content-length',
  'date',
  'server',
  'location',
  'last-modified',
  'etag',
  'expires',
]);

/** Copies the status and the headers of the response into the exchange. */
export function takeHead(x: Exchange, response: IncomingMessage): void {
  const headers = HeaderList.fromRaw(response.rawHeaders);
  dropResponseHops(headers);
  x.status = response.statusCode ?? 502;
  x.reason = response.statusMessage;
  x.upstreamStatuses.push(x.status);
  for (const [name, value] of headers.entries()) {
    if (SINGLE.has(name.toLowerCase())) x.responseHeaders.set(name, value);
    else x.responseHeaders.add(name, value);
  }
}

/**
 * Forwards the response while it arrives, or as nginx's buffers forward it. When the upstream closes the connection
 * early, so does the gateway.
 */
export function relay(x: Exchange, response: IncomingMessage, responder: Responder): Promise<void> {
  takeHead(x, response);
  const buffer = bufferFor(x, response);
  if (!responder.head()) {
    response.destroy();
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const resume = () => {
      response.resume();
    };
    x.response.on('drain', resume);
    let isSilent = true;
    response.on('data', (chunk: Buffer) => {
      isSilent = false;
      const ready = buffer ? buffer.take(chunk) : chunk;
      if (ready.length > 0 && !responder.piece(ready)) response.pause();
    });
    // A stream without data yet: its head is sent alone, like in nginx.
    setImmediate(() => {
      if (isSilent && !x.response.writableEnded) x.response.flushHeaders();
    });
    finished(response, { writable: false }, (error) => {
      const rest = buffer?.end();
      if (rest?.length) responder.piece(rest);
      if (error ?? !response.complete) {
        x.isBroken ||= !x.response.destroyed;
        breakOff(x);
      } else responder.end();
      resolve();
    });
  });
}

/** Closes the connection of the client after what was written to it. */
function breakOff(x: Exchange): void {
  // The head is written in the next tick.
  setImmediate(() => {
    const { socket } = x.response;
    if (socket) socket.destroySoon();
    else x.response.destroy();
  });
}

/** nginx's buffers for this response; undefined for an unbuffered one. */
function bufferFor(x: Exchange, response: IncomingMessage): ResponseBuffer | undefined {
  const accelBuffering = response.headers['x-accel-buffering'];
  const asked = typeof accelBuffering === 'string' ? accelBuffering : accelBuffering?.[0];
  if (!isBuffered(x.match?.route.response_buffering ?? true, asked)) return undefined;
  const { 'content-length': length, 'transfer-encoding': encoding } = response.headers;
  const framing = encoding !== undefined ? 'chunked' : length === undefined ? 'close' : Number(length);
  return new ResponseBuffer(framing, headBytes(response));
}

/** The number of bytes of the head of a response. */
function headBytes({ httpVersion, statusMessage = '', rawHeaders }: IncomingMessage): number {
  const statusLine = `HTTP/${httpVersion} 200 ${statusMessage}`.length + 2;
  // `: ` follows a name, a line end follows a value; the last line is empty.
  return rawHeaders.reduce((sum, text) => sum + text.length + 2, statusLine + 2);
}
