import type { ServerResponse } from 'node:http';

/**
 * Sends the head of a response as soon as it is written. Node.js waits for the first chunk of the body, which an idle
 * stream does not have: its client would wait for the first keep-alive.
 */
export function sendHeadAtOnce(response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  response.writeHead = (...args: unknown[]) => {
    writeHead(...args);
    response.flushHeaders();
    return response;
  };
}
