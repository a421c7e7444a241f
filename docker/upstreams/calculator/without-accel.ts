import type { ServerResponse } from 'node:http';

/**
 * Removes the header `X-Accel-Buffering: no` that the SDK sets for nginx. Not all SDKs set it: without it, only the
 * configuration of the gateway prevents the buffering of streams.
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
