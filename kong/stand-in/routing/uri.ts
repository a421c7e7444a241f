/** Request targets as Kong normalises, escapes and joins them (`tools/uri.lua`, `router/utils.lua`). */

const RESERVED = new Set(Buffer.from("!*'();:@&=+$,/?%#[]"));

/** Removes dot segments and repeated slashes, and decodes characters that need no escape. */
export function normalizePath(path: string): string {
  if (path === '' || path === '/') return path;
  let rest = path.includes('%') ? path.replace(/%([\dA-F]{2})/gi, decodeTriplet) : path;
  if (!rest.includes('.') && !rest.includes('//')) return rest;
  const output: string[] = [];
  while (rest.length > 0) {
    if (rest === '/.') rest = '/';
    else if (rest === '/..') {
      rest = '/';
      output.pop();
    } else if (rest === '.' || rest === '..') rest = '';
    else if (rest.startsWith('../')) rest = rest.slice(3);
    else if (rest.startsWith('./')) rest = rest.slice(2);
    else if (rest.startsWith('/./')) rest = rest.slice(2);
    else if (rest.startsWith('/../')) {
      rest = rest.slice(3);
      output.pop();
    } else if (rest.startsWith('//')) rest = rest.slice(1);
    else {
      const next = rest.indexOf('/', 1);
      output.push(next === -1 ? rest : rest.slice(0, next));
      rest = next === -1 ? '' : rest.slice(next);
    }
  }
  return output.join('');
}

function decodeTriplet(triplet: string, hex: string): string {
  const code = Number.parseInt(hex, 16);
  return RESERVED.has(code) ? triplet.toUpperCase() : String.fromCharCode(code);
}

/** Escapes characters that are not allowed in a request line. */
export const escapePath = (path: string): string =>
  path.replace(
    /[^!#$&'()*+,/:;=?@[\]A-Za-z\d\-_.~%]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );

/** A request target in absolute form, which clients send to proxies (RFC 9112, section 3.2.2). */
const ABSOLUTE = /^[a-z][a-z\d+.-]*:\/\/([a-z\d.-]+|\[[\da-f:.]+\])(?::\d*)?(?=[/?#]|$)/i;

/** The parts of a request target, as nginx splits it: the path with the query, and the host of an absolute target. */
export function readTarget(target: string): { readonly path: string; readonly host: string | undefined } {
  const [origin = '', host] = ABSOLUTE.exec(target) ?? [];
  const rest = target.slice(origin.length);
  return { path: rest.startsWith('/') || host === undefined ? rest : `/${rest}`, host };
}

/** Whether nginx accepts the path: no invalid or zero escape, and no dot segments that lead above the root. */
export function isReadablePath(path: string): boolean {
  const [raw = ''] = path.split(/[?#]/, 1);
  if (!raw.startsWith('/') || /%(?![\da-f]{2})|%00/i.test(raw)) return false;
  let depth = 0;
  for (const segment of raw.replace(/%(2[ef])/gi, decodeDotOrSlash).split('/')) {
    if (segment === '..') depth -= 1;
    else if (segment !== '' && segment !== '.') depth += 1;
    if (depth < 0) return false;
  }
  return true;
}

const decodeDotOrSlash = (_: string, hex: string): string => (hex.toLowerCase() === '2e' ? '.' : '/');

/** The part of a request target before its query. */
export function pathOf(target: string): string {
  const mark = target.indexOf('?', 1);
  return mark === -1 ? target : target.slice(0, mark);
}

/** The query of a request target, without its question mark; undefined when there is none. */
export function queryOf(target: string): string | undefined {
  const mark = target.indexOf('?');
  return mark === -1 ? undefined : target.slice(mark + 1);
}

/** The rest of a path after the prefix of the route, safe to join. */
function sanitizePostfix(postfix: string): string {
  if (postfix === '.' || postfix === '..') return '';
  if (postfix.startsWith('./')) return postfix.slice(2);
  if (postfix.startsWith('../')) return postfix.slice(3);
  return postfix;
}

/**
 * The path for the upstream: the path of the service joined with that of the request, without the matched prefix if the
 * route has `strip_path` (`get_upstream_uri_v0`). `prefix` is the matched prefix, if the route strips it.
 */
export function upstreamPath(base: string, path: string, prefix: string | undefined, strip: boolean): string {
  const postfix = sanitizePostfix(path.slice((prefix ?? '/').length));
  if (!strip) return base.endsWith('/') ? base + path.slice(1) : path === '/' ? base : base + path;
  if (base.endsWith('/')) {
    if (postfix !== '') return postfix.startsWith('/') ? base.slice(0, -1) + postfix : base + postfix;
    return base === '/' || path.endsWith('/') ? base : base.slice(0, -1);
  }
  if (postfix === '') return path.length > 1 && path.endsWith('/') ? `${base}/` : base;
  return postfix.startsWith('/') ? base + postfix : `${base}/${postfix}`;
}
