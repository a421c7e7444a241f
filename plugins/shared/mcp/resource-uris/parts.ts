/** The parts of a URI (RFC 3986, appendix B); to join them returns the same text. */
export interface UriParts {
  /** With its colon, in lower case; empty if there is none. */
  readonly scheme: string;
  /** Without its two slashes; undefined if there is none. */
  readonly authority: string | undefined;
  readonly path: string;
  /** Query and fragment, with `?` and `#`. */
  readonly rest: string;
}

const URI = /^([a-z][a-z0-9+.-]*:)?(?:\/\/([^/?#]*))?([^?#]*)(.*)$/is;

/** Splits any text into parts; never fails. */
export function partsOf(uri: string): UriParts {
  const [, scheme = '', authority, path = '', rest = ''] = URI.exec(uri) ?? [];
  return { scheme: scheme.toLowerCase(), authority, path, rest };
}

/** Joins the parts. */
export const joinParts = ({ scheme, authority, path, rest }: UriParts): string =>
  `${scheme}${authority === undefined ? '' : `//${authority}`}${path}${rest}`;

/** Schemes whose hosts are DNS names to every parser, and whose slashes are optional (WHATWG URL, "special scheme"). */
export const HOST_SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'ws:', 'wss:', 'ftp:']);
