import { textsOf } from '../token/pointer';

/** Headers that say who calls: a client's own never reach the server. */
const IDENTITY_HEADERS = [
  ...['x-consumer-id', 'x-consumer-username', 'x-consumer-custom-id', 'x-consumer-groups'],
  ...['x-credential-identifier', 'x-credential-username', 'x-anonymous-consumer'],
  ...['x-authenticated-groups', 'x-authenticated-scope', 'x-authenticated-userid', 'x-mcp-principal'],
];

/** Headers that an authentication plugin of Kong sets. */
const SET_BY_KONG = new Set([
  'x-consumer-id',
  'x-consumer-username',
  'x-consumer-custom-id',
  'x-credential-identifier',
]);

/** Sessions are judged by this header: a server must not find an id in another spelling of it. */
const SESSION_HEADER = 'mcp-session-id';

/** The longest value of a header that comes from a claim, in bytes. */
const MAX_VALUE_BYTES = 2048;

/** The names of the headers that say who calls; `others` come from claims. */
export const identityHeaders = (others: readonly string[]): ReadonlySet<string> =>
  new Set([...IDENTITY_HEADERS, ...others.map(canonicalName)]);

/** A name in lower case with hyphens: many servers read `X_Consumer_Id` as `X-Consumer-Id`. */
const canonicalName = (name: string): string => name.toLowerCase().replaceAll('_', '-');

/**
 * The headers of a request to clear, each by the name that it has there.
 *
 * @param keepsKong the headers that an authentication plugin of Kong sets stay; in another spelling they go
 */
export function headersToClear(names: Iterable<string>, watched: ReadonlySet<string>, keepsKong: boolean): string[] {
  const found: string[] = [];
  for (const name of names) {
    // Almost no name of a request is one of these.
    const canonical = name.includes('_') ? canonicalName(name) : name;
    if (!watched.has(canonical)) {
      if (canonical === SESSION_HEADER && name !== canonical) found.push(name);
      continue;
    }
    if (!keepsKong || !SET_BY_KONG.has(name)) found.push(name);
  }
  return found;
}

/**
 * The value of a header for a claim: scalars, and lists of them joined by commas. Undefined for anything else, for a text
 * with control characters and for one that is too long. What is not ASCII is percent-encoded.
 */
export function headerValue(claim: unknown): string | undefined {
  const texts = textsOf(claim);
  const text = texts.join(',');
  if (text === '' || CONTROL.test(text)) return undefined;
  const value = text.replace(/[^\x20-\x7e]+/g, percentEncoded);
  return value.length > MAX_VALUE_BYTES ? undefined : value;
}

// eslint-disable-next-line no-control-regex -- they are what it looks for
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;

const percentEncoded = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
