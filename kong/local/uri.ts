/** Request targets as Kong normalises, escapes and joins them (`tools/uri.lua`, `router/utils.lua`). */

const RESERVED = new Set(Buffer.from("!*'();:@&=+$,/?%#[]"));

/** Removes dot segments and doubled slashes, decodes what needs no escape; anything else stays as it was. */
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

/** Escapes what may not stand in a request line. */
export const escapePath = (path: string): string =>
  path.replace(
    /[^!#$&'()*+,/:;=?@[\]A-Za-z\d\-_.~%]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );

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

/** What is left of a path after a route's prefix, made safe to join. */
function sanitizePostfix(postfix: string): string {
  if (postfix === '.' || postfix === '..') return '';
  if (postfix.startsWith('./')) return postfix.slice(2);
  if (postfix.startsWith('../')) return postfix.slice(3);
  return postfix;
}

/**
 * The path for the upstream: the service's path joined with the request's, whose matched prefix is taken off when the
 * route strips (`get_upstream_uri_v0`). `prefix` is what the route matched, if it strips.
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
