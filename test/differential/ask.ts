import type { Case } from './gateways';

interface Parts {
  readonly headers?: readonly string[];
  readonly body?: string;
  /** Without it the client asks to close the connection. */
  readonly keepsOpen?: true;
}

/** The bytes of a request. */
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

/** A case of one request, named after it. */
export const ask = (method: string, path: string, parts: Parts = {}, more: Partial<Case> = {}): Case => {
  const shown = (parts.headers ?? []).join(', ');
  return {
    name: `${method} ${path}${shown === '' ? '' : ` (${shown.slice(0, 80)})`}`,
    send: [text(method, path, parts)],
    ...more,
  };
};
