/** Kong's error responses: messages and templates of `error_handlers.lua`, `pdk/response.lua` and `tools/http.lua`. */

const MESSAGES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  402: 'Payment required',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  407: 'Proxy authentication required',
  408: 'Request timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length required',
  412: 'Precondition failed',
  413: 'Payload too large',
  414: 'URI too long',
  415: 'Unsupported media type',
  416: 'Range not satisfiable',
  417: 'Expectation failed',
  422: 'Unprocessable entity',
  426: 'Upgrade required',
  428: 'Precondition required',
  429: 'Too many requests',
  431: 'Request header fields too large',
  494: 'Request header or cookie too large',
  500: 'An unexpected error occurred',
  501: 'Not implemented',
  502: 'An invalid response was received from the upstream server',
  503: 'The upstream server is currently unavailable',
  504: 'The upstream server is timing out',
  505: 'HTTP version not supported',
};

/** Kong's message for a status, if a plugin sets none. */
export const messageFor = (status: number): string =>
  MESSAGES[status] ?? `The upstream server responded with ${status}`;

const TYPES: Readonly<Record<string, string>> = {
  'text/html': 'text/html; charset=utf-8',
  'application/json': 'application/json; charset=utf-8',
  'text/plain': 'text/plain; charset=utf-8',
  'application/xml': 'application/xml; charset=utf-8',
  application: 'application/json; charset=utf-8',
  text: 'text/plain; charset=utf-8',
  '*': 'application/json; charset=utf-8',
};
const DEFAULT_TYPE = 'application/json; charset=utf-8';
const ACCEPT =
  /^((?:[a-z0-9][-a-z0-9!#$&^_+.]+|\*)\/(?:[a-z0-9][-a-z0-9!#$&^_+.]+|\*))(?:\s*;\s*q=(1(?:\.0{0,3}|)|0(?:\.\d{0,3}|))|\s*;\s*[a-z0-9][-a-z0-9!#$&^_+.]+(?:=[^;]*|))*/i;

/** The media type of an error body for an `Accept` header: JSON unless the client prefers another supported type. */
export function errorType(accept: string | undefined): string {
  let best = DEFAULT_TYPE;
  let bestQuality = 0;
  for (const part of (accept ?? '').split(',')) {
    const [, media, quality] = ACCEPT.exec(part.trim()) ?? [];
    if (media === undefined) continue;
    const q = quality === undefined ? 1 : Number(quality);
    if (q <= bestQuality) continue;
    bestQuality = q;
    const [type = '', subtype] = media.split('/');
    best = (subtype === '*' ? TYPES[type] : TYPES[media]) ?? DEFAULT_TYPE;
  }
  return best;
}

/** The body of an error in one of the types that {@link errorType} returns; the message is not escaped. */
export function errorBody(type: string, message: string, requestId: string): string {
  if (type.startsWith('text/html')) {
    return `<!doctype html>\n<html>\n  <head>\n    <meta charset="utf-8">\n    <title>Error</title>\n  </head>\n  <body>\n    <h1>Error</h1>\n    <p>${message}.</p>\n    <p>request_id: ${requestId}</p>\n  </body>\n</html>\n`;
  }
  if (type.startsWith('text/plain')) return `${message}\nrequest_id: ${requestId}\n`;
  if (type.startsWith('application/xml')) {
    return `<?xml version="1.0" encoding="UTF-8"?>\n<error>\n  <message>${message}</message>\n  <requestid>${requestId}</requestid>\n</error>\n`;
  }
  return `{\n  "message":"${message}",\n  "request_id":"${requestId}"\n}`;
}
