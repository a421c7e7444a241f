import type { ServerResponse } from 'node:http';

/**
 * Leaves out of a response what the SDK says to an nginx before it (`X-Accel-Buffering: no`). Not all SDKs do: without it
 * only the gateway's own configuration keeps a stream from being held back.
 */
export function withoutAccel(response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  response.writeHead = (...args: unknown[]) => {
    const kept = args.map((arg) =>
      typeof arg === 'object' && arg !== null && !Array.isArray(arg)
        ? Object.fromEntries(Object.entries(arg).filter(([name]) => name.toLowerCase() !== 'x-accel-buffering'))
        : arg,
    );
    response.removeHeader('x-accel-buffering');
    return writeHead(...kept);
  };
}
