import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { HeaderList } from '../nginx/header-list';
import { dropConnectionHeaders } from '../nginx/hop-by-hop';
import type { Exchange } from '../request/exchange';
import type { Phases } from '../request/phases';
import type { Responder } from '../request/responder';
import type { Delivery } from './delivery';

/**
 * Reads the whole answer of the upstream, runs the response phase on it, and sends the result (`Kong.response` in
 * `init.lua`). The phase does not run where there is no whole answer: Kong's error page takes its place, with the status
 * of an answer that broke off.
 */
export const heldBy = (phases: Phases): Delivery => ({
  answer: async (x, response, responder) => {
    const body = await wholeBody(response);
    const status = response.statusCode ?? 502;
    if (body || x.method === 'HEAD') await deliver(x, response, body ?? Buffer.alloc(0), phases, responder);
    else fail(x, status, responder);
  },
  failure: fail,
});

async function deliver(
  x: Exchange,
  response: IncomingMessage,
  body: Buffer,
  phases: Phases,
  responder: Responder,
): Promise<void> {
  x.status = response.statusCode ?? 502;
  x.heldResponse = { status: x.status, body };
  takeHeaders(x, HeaderList.fromRaw(response.rawHeaders));
  await phases.response();
  if (x.ownResponse) responder.respond();
  else responder.whole(body);
}

/** The upstream's headers replace those that plugins set in access. */
function takeHeaders(x: Exchange, headers: HeaderList): void {
  dropConnectionHeaders(headers);
  for (const [name] of headers.entries()) x.responseHeaders.remove(name);
  for (const [name, value] of headers.entries()) x.responseHeaders.add(name, value);
}

function fail(x: Exchange, status: number, responder: Responder): void {
  x.isBuffered = false;
  x.exited = true;
  x.ownResponse = x.errorPage(status);
  responder.respond();
}

/** Undefined if it ends too early. */
async function wholeBody(response: IncomingMessage): Promise<Buffer | undefined> {
  try {
    return await buffer(response);
  } catch {
    return undefined;
  }
}
