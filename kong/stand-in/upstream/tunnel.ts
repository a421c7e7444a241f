import type { IncomingMessage } from 'node:http';
import type { Exchange } from '../request/exchange';
import type { Responder } from '../request/responder';
import { takeHead } from './relay';

/**
 * Sends the response with status 101 to the client, and then forwards the bytes of both connections without filters.
 * Settles when one side closes its connection; the other one is closed after the remaining bytes.
 */
export function tunnel(x: Exchange, response: IncomingMessage, responder: Responder): Promise<void> {
  const upstream = response.socket;
  const client = x.request.socket;
  takeHead(x, response);
  x.responseHeaders.set('Upgrade', response.headers.upgrade ?? 'websocket');
  // A header filter can replace the response.
  if (!responder.head() || x.status !== 101) {
    upstream.destroy();
    return Promise.resolve();
  }
  x.response.end();
  upstream.pipe(client);
  client.pipe(upstream);
  return new Promise((resolve) => {
    const close = () => {
      client.destroySoon();
      upstream.destroySoon();
      resolve();
    };
    for (const side of [upstream, client]) side.on('end', close).on('close', close).on('error', close);
  });
}
