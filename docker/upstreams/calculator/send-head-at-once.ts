import type { ServerResponse } from 'node:http';

/**
 * Makes a response's head leave when it is written. By itself it waits for the first piece of the body, which a stream
 * without news does not have: its client would wait for the first keep-alive.
 */
export function sendHeadAtOnce(response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  response.writeHead = (...args: unknown[]) => {
    writeHead(...args);
    response.flushHeaders();
    return response;
  };
}
