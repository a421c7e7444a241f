import { headerOf, type LogEntry } from '../../shared/telemetry/log-entry';

/** One authentication by Kong. */
export interface AuthAttempt {
  readonly type: 'key' | 'jwt' | 'oauth2' | 'basic' | 'mtls' | 'other' | 'none';
  readonly result: 'success' | 'failure';
}

/**
 * The attempt that an exchange holds; undefined where no authentication took place. What the client sent says nothing of
 * it: the kind is that of the credential that Kong found, and of the challenge by which it refused.
 */
export function authAttemptOf(entry: LogEntry): AuthAttempt | undefined {
  if (entry.clientVerified && entry.authenticated) return { type: 'mtls', result: 'success' };
  if (entry.credentialId !== undefined) return { type: typeOfCredential(entry, entry.credentialId), result: 'success' };
  if (entry.authenticated && !isAnonymous(entry)) return { type: 'other', result: 'success' };
  const isRefusal = entry.answeredByKong && entry.status === 401;
  return isRefusal ? { type: typeOfChallenge(entry), result: 'failure' } : undefined;
}

/** Kong sets the header where a plugin let an unknown client pass as its `anonymous` consumer. */
const isAnonymous = ({ requestHeaders }: LogEntry): boolean =>
  headerOf(requestHeaders, 'x-anonymous-consumer') === 'true';

/**
 * Kong sets these headers after it has authenticated. `X-Credential-Identifier` is the credential's own id with key-auth
 * alone (`kong/plugins/key-auth/handler.lua`); with others it is a name, and jwt, hmac-auth, ldap-auth and basic-auth
 * cannot be told apart.
 */
function typeOfCredential({ requestHeaders }: LogEntry, id: string): AuthAttempt['type'] {
  if (headerOf(requestHeaders, 'x-credential-identifier') === id) return 'key';
  const isOauth =
    headerOf(requestHeaders, 'x-authenticated-scope') ?? headerOf(requestHeaders, 'x-authenticated-userid');
  return isOauth === undefined ? 'jwt' : 'oauth2';
}

/** The first word of `WWW-Authenticate` (RFC 9110, 11.6.1). Only oauth2 describes its errors, or names its metadata (RFC 9728). */
function typeOfChallenge({ responseHeaders }: LogEntry): AuthAttempt['type'] {
  const challenge = headerOf(responseHeaders, 'www-authenticate');
  if (challenge === undefined) return 'none';
  const scheme = /^[^\s,]*/.exec(challenge)?.[0].toLowerCase();
  if (scheme === 'bearer') return /\b(?:error_description|resource_metadata)=/.test(challenge) ? 'oauth2' : 'jwt';
  if (scheme === 'key' || scheme === 'basic') return scheme;
  return 'other';
}
