import type { IncomingMessage } from 'node:http';

/**
 * Method, path (not decoded) and query of a request; undefined if the target is not a path (`*`, or an authority),
 * which no demo backend serves. HEAD counts as GET: Node.js omits the body.
 */
export function routeOf(
  request: IncomingMessage,
): { method: string; path: string; query: URLSearchParams } | undefined {
  const target = request.url ?? '/';
  if (!target.startsWith('/')) return undefined;
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1));
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
  return { method, path, query };
}
