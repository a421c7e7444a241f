import { createHmac } from 'node:crypto';

/** The values of a request's headers, by name in lower case. */
export interface HeaderValues {
  readonly all: (name: string) => readonly string[];
}

/** Kong's authentication plugins set these, and replace values of the client. */
const VERIFIED = ['x-consumer-id', 'x-credential-identifier'];
/** Credentials for the server itself. */
const CREDENTIALS = ['authorization', 'x-api-key', 'apikey'];

/**
 * Identifies the caller, to keep what a server announced to one user apart from others: the consumer that Kong
 * authenticated, else the credentials in the headers. It is a keyed hash; the key should be random and stay in the process.
 * All callers without credentials have the same id. Values that a server chooses, such as a session id, are not used.
 */
export function callerId(headers: HeaderValues, key: Uint8Array): string {
  const hash = createHmac('sha256', key);
  const names = VERIFIED.some((name) => headers.all(name).length > 0) ? VERIFIED : CREDENTIALS;
  for (const name of names) hash.update(JSON.stringify(headers.all(name)));
  return hash.digest('base64url').slice(0, 22);
}
