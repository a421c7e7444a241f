import type { HeaderList } from './header-list';

/** What nginx itself adds to a response: reason phrases, its own error pages, the charset of texts. */

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  206: 'Partial Content',
  301: 'Moved Permanently',
  302: 'Moved Temporarily',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Time-out',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Large',
  415: 'Unsupported Media Type',
  416: 'Requested Range Not Satisfiable',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
  505: 'HTTP Version Not Supported',
  507: 'Insufficient Storage',
};

/** nginx's reason phrase for a status; empty for an unknown status. */
export const reasonFor = (status: number): string => REASONS[status] ?? '';

/** Statuses for which Kong has an error page (`error_page` in `templates/nginx_kong.lua`). */
const KONG_PAGES = new Set([400, 404, 405, 408, 411, 412, 413, 414, 417, 494, 500, 502, 503, 504]);

/** nginx's own error page; undefined when Kong has one for the status. */
export function errorPage(status: number): string | undefined {
  if (KONG_PAGES.has(status)) return undefined;
  const title = `${status} ${reasonFor(status)}`.trim();
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
}

/** nginx's `charset_types`. */
const TEXTS = /^(?:text\/(?:html|xml|plain|vnd\.wap\.wml)|application\/(?:javascript|rss\+xml))$/;

/**
 * What nginx's filters change in the headers of every response: they add a charset, and remove the length without a
 * body.
 *
 * @param hasOwnBody Kong responds itself, with a body, even an empty one: the length stays
 */
export function finishHeaders(headers: HeaderList, status: number, hasOwnBody = false): void {
  const type = headers.get('content-type');
  if (type !== undefined && TEXTS.test(type)) headers.set('Content-Type', `${type}; charset=UTF-8`);
  if ((status === 204 && !hasOwnBody) || status === 304) headers.remove('content-length');
}
