import type { IncomingMessage, ServerResponse } from 'node:http';

/** Handles the requests below a path. A rejected promise is a bug: it is logged, and the response is a 500 or breaks off. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * An HTTP listener that Kong proxies to, for answers that stream or take longer than an event of Kong may. A route of Kong
 * must be in front of it: the listener itself authenticates nobody.
 */
export interface HttpMounts {
  /**
   * Handles all requests whose path begins with this segment, such as `/agent`. Returns how to stop that.
   *
   * @throws Error when the path is in use
   */
  mount(prefix: string, handler: HttpHandler): () => void;
}
