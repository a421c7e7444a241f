import { createHmac, randomBytes } from 'node:crypto';
import type { Environment } from '../../../kong/pdk';

/** The value that replaces a session id in spans, logs and tables: a session id is a secret that gives access to the session. */
export type SessionHash = (id: string) => string;

/** The environment variable of the plugin server with the key of the hash, for several nodes to produce the same hashes. */
export const SESSION_KEY_VARIABLE = 'KONG_AI_SESSION_KEY';

/** Hexadecimal digits of a hash: 128 bits. */
const HASH_LENGTH = 32;

/** The default key: random, the same for all configurations of the process. */
const processKey = randomBytes(32);

/**
 * Creates the keyed hash (HMAC-SHA-256) of session ids. Without the key an id cannot be found, not even a short one by
 * trying all values.
 *
 * @param key the key in the configuration; if undefined, {@link SESSION_KEY_VARIABLE}; if unset, the key of the process
 */
export function sessionHashOf(key: string | undefined, env: Environment): SessionHash {
  const used = key ?? (env[SESSION_KEY_VARIABLE]?.trim() || processKey);
  return (id) => createHmac('sha256', used).update(id).digest('hex').slice(0, HASH_LENGTH);
}

/** The config fields about session ids. */
export interface SessionOptions {
  readonly session_ids: 'hashed' | 'plain' | 'none';
  readonly session_key?: string;
}

/** A session id as spans and logs show it; undefined if there is none or it is not shown. */
export type FormatSessionId = (id: string | undefined) => string | undefined;

/** Plain ids are cut to this many characters: servers choose them, and clients may send anything. */
const MAX_PLAIN_LENGTH = 256;

/** How a configuration shows session ids. */
export function sessionIdFormatOf({ session_ids, session_key }: SessionOptions, env: Environment): FormatSessionId {
  if (session_ids === 'none') return () => undefined;
  if (session_ids === 'plain') return (id) => id?.slice(0, MAX_PLAIN_LENGTH);
  const hash = sessionHashOf(session_key, env);
  return (id) => (id === undefined ? undefined : hash(id));
}
