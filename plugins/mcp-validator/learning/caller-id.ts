import { createHmac } from 'node:crypto';

/** The values of a request's headers, by name in lower case. */
export interface HeaderValues {
  readonly all: (name: string) => readonly string[];
}

/** Set by Kong's authentication plugins, which replace a client's own. */
const VERIFIED = ['x-consumer-id', 'x-credential-identifier'];
/** What a client authenticates with to the server itself. */
const CREDENTIALS = ['authorization', 'x-api-key', 'apikey'];

/**
 * A name for who is calling, to keep what a server told one user apart from what it told others: of the consumer that
 * Kong authenticated, else of the credentials in the headers. A keyed hash; the key should be random and stay in the
 * process. All callers without credentials have one name. Never made from what a server chooses, such as a session id.
 */
export function callerId(headers: HeaderValues, key: Uint8Array): string {
  const hash = createHmac('sha256', key);
  const names = VERIFIED.some((name) => headers.all(name).length > 0) ? VERIFIED : CREDENTIALS;
  for (const name of names) hash.update(JSON.stringify(headers.all(name)));
  return hash.digest('base64url').slice(0, 22);
}
