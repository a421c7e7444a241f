import type { Case } from './case';

/** What a request has besides its method and path. */
export interface Parts {
  readonly headers?: readonly string[];
  readonly body?: string;
  /** Without it the client asks to close the connection. */
  readonly keepsOpen?: true;
}

/** A request as a client sends it. */
export const text = (method: string, path: string, { headers = [], body = '', keepsOpen }: Parts = {}): string => {
  const own = headers.map((header) => header.slice(0, header.indexOf(':')).toLowerCase());
  const length = body === '' || own.includes('content-length') || own.includes('transfer-encoding');
  return [
    `${method} ${path} HTTP/1.1`,
    ...(own.includes('host') ? [] : ['Host: localhost']),
    ...(own.includes('x-request-id') ? [] : ['X-Request-ID: given']),
    ...(length ? [] : [`Content-Length: ${Buffer.byteLength(body, 'latin1')}`]),
    ...headers,
    ...(keepsOpen || own.includes('connection') ? [] : ['Connection: close']),
    '',
    body,
  ].join('\r\n');
};

/** A case of one request. */
export const ask = (method: string, path: string, parts: Parts = {}, more: Partial<Case> = {}): Case => {
  const shown = (parts.headers ?? []).join(', ');
  return {
    name: `${method} ${path}${shown === '' ? '' : ` (${shown.slice(0, 80)})`}`,
    send: [text(method, path, parts)],
    ...more,
  };
};
