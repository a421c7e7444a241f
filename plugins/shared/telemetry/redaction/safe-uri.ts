/** Longer URIs are cut, in characters. */
const MAX_URI_LENGTH = 1024;

/** The start of the part that may contain credentials or content; some servers accept the encoded characters too. */
const QUERY_OR_FRAGMENT = /[?#]|%3f|%23/i;

/** Schemes whose URI is the content. */
const INLINE = /^\s*(data|javascript):/i;

/**
 * A URI without user name, password, query and fragment, for places without content. Of a `data:` URI only the scheme
 * is kept. Never throws, whatever the text is.
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
