import { bareHostOf } from './hosts';
import { HOST_SCHEMES, joinParts, type UriParts } from './parts';
import { resolveSegments } from './segments';

/** Returns other spellings that some reader may take the URI for; the same text if there is none. `parts` are the URI's. */
export type Rewrite = (uri: string, parts: UriParts) => string | readonly string[];

const NONE: readonly string[] = [];

/** Parsers drop tabs and line breaks anywhere; parsers and programs drop blanks and control characters at both ends. */
export function dropBlanks(uri: string): string {
  const text = /[\t\n\r]/.test(uri) ? uri.replace(/[\t\n\r]/g, '') : uri;
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const isBlank = (code: number): boolean =>
  code <= 0x20 || (code >= 0x7f && /[\s\u007f-\u00a0\ufeff]/.test(String.fromCharCode(code)));

/** `<URL:file:///x>` is `file:///x` to Python's urlopen. */
export const unwrap = (uri: string): string =>
  uri.startsWith('<') || /^url:/i.test(uri) ? uri.replace(/^<(.*)>$/s, '$1').replace(/^url:/i, '') : uri;

/** Programs in C end a text at a zero byte. */
export const cutAtNul: Rewrite = (uri) => cutAt(uri, '\0');

export const cutAtFragment: Rewrite = (uri) => cutAt(uri, '#');
export const cutAtQuery: Rewrite = (uri) => cutAt(uri, '?');

function cutAt(uri: string, mark: string): string {
  const at = uri.indexOf(mark);
  return at < 0 ? uri : uri.slice(0, at);
}

/** Windows and WHATWG URL read `\` as a slash. */
export const turnSlashes: Rewrite = (uri) => (uri.includes('\\') ? uri.replaceAll('\\', '/') : uri);

/** Replaces full-width letters and dots and ligatures, and removes invisible characters. */
export const toCompatible = (uri: string): string =>
  isAscii(uri) ? uri : uri.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}+/gu, '');

export const isAscii = (text: string): boolean => !/[^\0-\x7f]/.test(text);

/** In queries of forms `+` is a blank. */
export const plusToBlank: Rewrite = (uri) => {
  const at = uri.indexOf('?');
  return at < 0 || !uri.includes('+', at) ? uri : uri.slice(0, at) + uri.slice(at).replaceAll('+', ' ');
};

/** If a query has a parameter twice, some readers use the first value, others the last. */
export const dropRepeated: Rewrite = (uri) => {
  const at = uri.indexOf('?') + 1;
  if (at === 0 || !uri.includes('&', at)) return uri;
  const hash = uri.indexOf('#', at);
  const end = hash < 0 ? uri.length : hash;
  const parameters = uri.slice(at, end).split('&');
  const first = new Map<string, string>();
  const last = new Map<string, string>();
  for (const parameter of parameters) {
    const name = cutAt(parameter, '=');
    if (!first.has(name)) first.set(name, parameter);
    last.set(name, parameter);
  }
  if (first.size === parameters.length) return uri;
  return [first, last].map((kept) => uri.slice(0, at) + [...kept.values()].join('&') + uri.slice(end));
};

/** Drops parameters of segments (RFC 3986, section 3.3), as Java servers do everywhere, and Python's urlparse at the end. */
export const dropParameters: Rewrite = (uri, parts) => {
  if (!parts.path.includes(';')) return uri;
  const everywhere = parts.path.replace(/;[^/]*/g, '');
  const folder = parts.path.lastIndexOf('/') + 1;
  const atEnd = parts.path.slice(0, folder) + cutAt(parts.path.slice(folder), ';');
  return [everywhere, atEnd].map((path) => joinParts({ ...parts, path }));
};

/** Drops slashes at the end and before a query or fragment: most routers read `db://q/?table=x` as `db://q?table=x`. */
export const dropTrailingSlash: Rewrite = (uri) => {
  const mark = uri.search(/[?#]/);
  const atEnd = withoutSlashes(uri);
  return mark < 0 ? atEnd : [atEnd, withoutSlashes(uri.slice(0, mark)) + uri.slice(mark)];
};

function withoutSlashes(text: string): string {
  let end = text.length;
  while (text[end - 1] === '/') end--;
  return end === 0 || text[end - 1] === ':' ? text : text.slice(0, end);
}

/** The same file on Windows: `C|`, dots and blanks at the end of a name, and the name of its main stream. */
export const toWindowsName: Rewrite = (uri, parts) => {
  if (parts.scheme !== 'file:' || !/^\/*[a-z]\||:\$|[. ](?:\/|$)/i.test(parts.path)) return uri;
  const path = parts.path
    .replace(/^(\/*[a-z])\|/i, '$1:')
    .replace(/::?\$[^/]*/g, '')
    .replace(/([^/. ])[. ]+(?=\/|$)/g, '$1');
  return path === parts.path ? uri : joinParts({ ...parts, path });
};

/** Writes the scheme in lower case; a path without scheme is a file. */
export const toScheme: Rewrite = (uri, parts) => {
  const isDrive = parts.scheme.length === 2;
  if (parts.scheme !== '' && !isDrive) return joinParts(parts);
  return `file:///${uri.replace(/^\/+/, '')}`;
};

/** Missing and extra slashes, spellings of the host, and hosts that are ignored or read as a folder. */
export const toHost: Rewrite = (uri, parts) => {
  const { scheme, authority, path, rest } = parts;
  if (scheme === '') return NONE;
  if (scheme === 'file:') return fileSpellings(parts);
  if (authority === undefined || authority === '') {
    const text = `${scheme}//${path.replace(/^\/+/, '')}${rest}`;
    return text === uri || path === '' ? NONE : text;
  }
  const host = bareHostOf(scheme, authority);
  const needsPath = path === '' && HOST_SCHEMES.has(scheme);
  return joinParts({ scheme, authority: host, path: needsPath ? '/' : path, rest });
};

function fileSpellings({ authority = '', path, rest }: UriParts): readonly string[] {
  const local = `file://${path.startsWith('/') ? '' : '/'}${path}${rest}`;
  if (authority === '') {
    // An empty host before two more slashes: a share of Windows.
    return /^\/\/+[^/]/.test(path) ? [local, `file:${path.replace(/^\/+/, '//')}${rest}`] : [local];
  }
  const host = bareHostOf('file:', authority);
  return host === 'localhost' ? [local] : [local, `file:///${authority}${path}${rest}`, `file://${host}${path}${rest}`];
}

/** Resolves dot segments: with and without empty segments, in the path and in everything after the scheme. */
export const resolveDots: Rewrite = (uri, { scheme, authority, path, rest }) => {
  const start = authority === undefined ? scheme.length : scheme.length + 2;
  if (!/\/\/|(?:^|[/:])\.{1,2}(?:[/?#]|$)/.test(start === 0 ? uri : uri.slice(start))) return NONE;
  const head = authority === undefined ? scheme : `${scheme}//${authority}`;
  const results: string[] = [];
  const add = (prefix: string, text: string, suffix: string): void => {
    if (!/\/\/|(?:^|\/)\.{1,2}(?:\/|$)/.test(text)) return;
    results.push(prefix + resolveSegments(text, false) + suffix, prefix + resolveSegments(text, true) + suffix);
    if (scheme === 'file:' && /^\/*[a-z][:|]\//i.test(text)) {
      const at = text.search(/[:|]/) + 1;
      results.push(prefix + text.slice(0, at) + resolveSegments(text.slice(at), true) + suffix);
    }
  };
  add(head, path, rest);
  if (rest !== '') add(head, path + rest, '');
  if (authority !== undefined && scheme !== 'file:' && !HOST_SCHEMES.has(scheme)) {
    add(`${scheme}//`, authority + path, rest);
  }
  return results;
};
