import type { IncomingMessage } from 'node:http';
import type { Exchange } from '../request/exchange';
import type { Responder } from '../request/responder';
import { relay } from './relay';
import { tunnel } from './tunnel';

/** How the client gets what the upstream sends. */
export interface Delivery {
  /** Settles when the client's response was written. */
  answer(x: Exchange, response: IncomingMessage, responder: Responder): Promise<void>;
  /** There is no answer: Kong's own has this status. */
  failure(x: Exchange, status: number, responder: Responder): void | Promise<void>;
}

/** While it arrives. */
export const streamed: Delivery = {
  answer: (x, response, responder) => (response.statusCode === 101 ? tunnel : relay)(x, response, responder),
  failure: (_, status, responder) => {
    responder.failure(status);
  },
};
