/** Longer URIs are cut, in characters. */
const MAX_URI_LENGTH = 1024;

/** Where the part begins that may hold credentials or content; some servers take the encoded characters for it too. */
const QUERY_OR_FRAGMENT = /[?#]|%3f|%23/i;

/** Schemes whose URI is the content itself. */
const INLINE = /^\s*(data|javascript):/i;

/**
 * A URI without its user's name and password, its query and its fragment, for places where content is not told. Of a
 * `data:` URI only the scheme is left. Never throws: any text is taken.
 */
export function withoutSecrets(uri: string): string {
  const inline = INLINE.exec(uri);
  if (inline) return `${inline[1] ?? ''}:`;
  const end = uri.search(QUERY_OR_FRAGMENT);
  const [, before = '', authority, rest = ''] =
    /^([^/\\]*[/\\]{2})([^/\\]*)(.*)$/s.exec(end === -1 ? uri : uri.slice(0, end)) ?? [];
  if (authority === undefined) return (end === -1 ? uri : uri.slice(0, end)).slice(0, MAX_URI_LENGTH);
  return `${before}${authority.slice(authority.lastIndexOf('@') + 1)}${rest}`.slice(0, MAX_URI_LENGTH);
}
