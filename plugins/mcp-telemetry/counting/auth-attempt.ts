import type { McpIdentity } from '../../shared/mcp/identity';
import { headerOf, type LogEntry } from '../../shared/telemetry/log-entry';

/** One authentication by Kong. */
export interface AuthAttempt {
  readonly type: 'key' | 'jwt' | 'oauth2' | 'basic' | 'mtls' | 'other' | 'none';
  readonly result: 'success' | 'failure';
}

/**
 * The authentication in an exchange; undefined without one. The type is that of the credential that Kong found, or of
 * the challenge with which it rejected the request, never of what the client sent.
 *
 * @param identity what mcp-auth found out
 */
export function authAttemptOf(entry: LogEntry, identity: McpIdentity | undefined): AuthAttempt | undefined {
  if (identity?.kind === 'token') return { type: 'oauth2', result: 'success' };
  if (entry.clientVerified && entry.authenticated) return { type: 'mtls', result: 'success' };
  if (entry.credentialId !== undefined) return { type: typeOfCredential(entry, entry.credentialId), result: 'success' };
  if (entry.authenticated && !isAnonymous(entry)) return { type: 'other', result: 'success' };
  const isRefusal = entry.answeredByKong && entry.status === 401;
  return isRefusal ? { type: typeOfChallenge(entry), result: 'failure' } : undefined;
}

/** Kong sets this header if a plugin accepted an unknown client as its `anonymous` consumer. */
const isAnonymous = ({ requestHeaders }: LogEntry): boolean =>
  headerOf(requestHeaders, 'x-anonymous-consumer') === 'true';

/**
 * Kong sets these headers after authentication. Only with key-auth is `X-Credential-Identifier` the id of the
 * credential (`kong/plugins/key-auth/handler.lua`); with others it is a name, and jwt, hmac-auth, ldap-auth and
 * basic-auth cannot be distinguished.
 */
function typeOfCredential({ requestHeaders }: LogEntry, id: string): AuthAttempt['type'] {
  if (headerOf(requestHeaders, 'x-credential-identifier') === id) return 'key';
  const isOauth =
    headerOf(requestHeaders, 'x-authenticated-scope') ?? headerOf(requestHeaders, 'x-authenticated-userid');
  return isOauth === undefined ? 'jwt' : 'oauth2';
}

/**
 * The first word of `WWW-Authenticate` (RFC 9110, 11.6.1). Only oauth2 describes its errors or names its metadata (RFC
 * 9728).
 */
function typeOfChallenge({ responseHeaders }: LogEntry): AuthAttempt['type'] {
  const challenge = headerOf(responseHeaders, 'www-authenticate');
  if (challenge === undefined) return 'none';
  const scheme = /^[^\s,]*/.exec(challenge)?.[0].toLowerCase();
  if (scheme === 'bearer') return /\b(?:error_description|resource_metadata)=/.test(challenge) ? 'oauth2' : 'jwt';
  if (scheme === 'key' || scheme === 'basic') return scheme;
  return 'other';
}
