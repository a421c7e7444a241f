import { createHmac, randomBytes } from 'node:crypto';
import type { Environment } from '../../../kong/pdk';

/** What stands for a session's id wherever it is told of: whoever knows the id could take the session over. */
export type SessionHash = (id: string) => string;

/** The variable of the plugin server that holds the key, where several nodes are to give one session one hash. */
export const SESSION_KEY_VARIABLE = 'KONG_AI_SESSION_KEY';

/** Hexadecimal digits of a hash: 128 bits. */
const HASH_LENGTH = 32;

/** Without a key, one for the life of the process: all configurations of a node give one session one hash. */
const processKey = randomBytes(32);

/**
 * Makes the keyed hash (HMAC-SHA-256) of session ids. Without the key nobody finds the id, not even by trying short ones.
 *
 * @param key the configuration's own; else that of the environment; else one that lives as long as the process
 */
export function sessionHashOf(key: string | undefined, env: Environment): SessionHash {
  const used = key ?? (env[SESSION_KEY_VARIABLE]?.trim() || processKey);
  return (id) => createHmac('sha256', used).update(id).digest('hex').slice(0, HASH_LENGTH);
}

/** How sessions are told of; fields of the plugin's config. */
export interface SessionOptions {
  readonly session_ids: 'hashed' | 'plain' | 'none';
  readonly session_key?: string;
}

/** A session's id as it is told of; undefined where none is told. */
export type FormatSessionId = (id: string | undefined) => string | undefined;

/** Plain ids are cut to so many characters: servers choose them, and clients may send any. */
const MAX_PLAIN_LENGTH = 256;

/** How the ids of sessions are told of by a configuration. */
export function sessionIdFormatOf({ session_ids, session_key }: SessionOptions, env: Environment): FormatSessionId {
  if (session_ids === 'none') return () => undefined;
  if (session_ids === 'plain') return (id) => id?.slice(0, MAX_PLAIN_LENGTH);
  const hash = sessionHashOf(session_key, env);
  return (id) => (id === undefined ? undefined : hash(id));
}
