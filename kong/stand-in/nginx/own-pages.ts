import type { HeaderList } from './header-list';

/** What nginx writes by itself around an answer: reason phrases, its own pages, the charset of texts. */

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

/** The reason phrase that nginx has for a status; empty for any other. */
export const reasonFor = (status: number): string => REASONS[status] ?? '';

/** Statuses whose page is Kong's (`error_page` in `templates/nginx_kong.lua`); nginx has its own for the others. */
const KONG_PAGES = new Set([400, 404, 405, 408, 411, 412, 413, 414, 417, 494, 500, 502, 503, 504]);

/** nginx's own page for an error, where Kong does not take its place. */
export function errorPage(status: number): string | undefined {
  if (KONG_PAGES.has(status)) return undefined;
  const title = `${status} ${reasonFor(status)}`.trim();
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
}

/** nginx's `charset_types`. */
const TEXTS = /^(?:text\/(?:html|xml|plain|vnd\.wap\.wml)|application\/(?:javascript|rss\+xml))$/;

/** What nginx's filters do to the headers of any answer: a charset for texts, no length where there is no body. */
export function finishHeaders(headers: HeaderList, status: number): void {
  const type = headers.get('content-type');
  if (type !== undefined && TEXTS.test(type)) headers.set('Content-Type', `${type}; charset=UTF-8`);
  if (status === 204 || status === 304) headers.remove('content-length');
}
