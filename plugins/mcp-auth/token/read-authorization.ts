/** What the Authorization header of a request holds. */
export type Authorization =
  { readonly kind: 'none' } | { readonly kind: 'token'; readonly token: string } | { readonly kind: 'malformed' };

const NONE: Authorization = { kind: 'none' };
const MALFORMED: Authorization = { kind: 'malformed' };

/** `Bearer`, one space or more, and a `b64token` (RFC 6750, section 2.1). */
const BEARER_TOKEN = /^bearer +([\w~+/.-]+=*)$/i;

/** Reads the values of the Authorization header. Another scheme than Bearer counts as no credentials. */
export function readAuthorization(values: readonly string[]): Authorization {
  const [value, second] = values;
  if (value === undefined) return NONE;
  if (second !== undefined) return MALFORMED;
  if (!/^bearer(?![\w!#$%&'*+.^`|~-])/i.test(value)) return NONE;
  const token = BEARER_TOKEN.exec(value)?.[1];
  return token === undefined ? MALFORMED : { kind: 'token', token };
}

/** True if the query has a parameter `access_token` (RFC 6750, section 2.3), however it is escaped. */
export function hasTokenInQuery(rawQuery: string): boolean {
  if (rawQuery === '' || !/%|token/i.test(rawQuery)) return false;
  return rawQuery.split('&').some((part) => unescapeName(part.split('=', 1)[0] ?? '') === 'access_token');
}

const unescapeName = (name: string): string =>
  name.replace(/%([\da-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
