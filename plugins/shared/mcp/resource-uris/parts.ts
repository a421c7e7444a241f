/** A URI taken apart as RFC 3986 has it (appendix B); what is joined again gives the same text. */
export interface UriParts {
  /** With its colon, in lower case; empty without one. */
  readonly scheme: string;
  /** Without its two slashes; undefined without one. */
  readonly authority: string | undefined;
  readonly path: string;
  /** Query and fragment, with their marks. */
  readonly rest: string;
}

const URI = /^([a-z][a-z0-9+.-]*:)?(?:\/\/([^/?#]*))?([^?#]*)(.*)$/is;

/** Takes any text apart; never fails. */
export function partsOf(uri: string): UriParts {
  const [, scheme = '', authority, path = '', rest = ''] = URI.exec(uri) ?? [];
  return { scheme: scheme.toLowerCase(), authority, path, rest };
}

/** Puts the parts together. */
export const joinParts = ({ scheme, authority, path, rest }: UriParts): string =>
  `${scheme}${authority === undefined ? '' : `//${authority}`}${path}${rest}`;

/** Schemes whose hosts every parser takes for names in DNS, and slashes for optional (WHATWG URL, "special scheme"). */
export const HOST_SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'ws:', 'wss:', 'ftp:']);
