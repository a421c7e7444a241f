import { headerOf, type LogEntry } from '../shared/log-entry';

/** One authentication by Kong. */
export interface AuthAttempt {
  readonly type: 'key' | 'jwt' | 'oauth2' | 'mtls' | 'none';
  readonly result: 'success' | 'failure';
}

/**
 * The attempt that an exchange holds; undefined where no authentication took place.
 *
 * The log entry does not name the plugin: the kind is told by what the request carried, and `oauth2` by the headers that
 * Kong's oauth2 plugin adds (`kong/plugins/oauth2/access.lua`).
 */
export function authAttemptOf(entry: LogEntry): AuthAttempt | undefined {
  if (entry.authenticated) return { type: typeOf(entry), result: 'success' };
  return entry.answeredByKong && entry.status === 401 ? { type: typeOf(entry), result: 'failure' } : undefined;
}

function typeOf({ clientVerified, requestHeaders, responseHeaders }: LogEntry): AuthAttempt['type'] {
  if (clientVerified) return 'mtls';
  if (headerOf(requestHeaders, 'x-authenticated-scope') ?? headerOf(requestHeaders, 'x-authenticated-userid')) {
    return 'oauth2';
  }
  if (headerOf(requestHeaders, 'authorization')) return 'jwt';
  if (headerOf(requestHeaders, 'apikey') ?? headerOf(requestHeaders, 'x-api-key')) return 'key';
  // The key may be in the query or under another name: its plugin asks for a `Key`, and hides a good one.
  const asksForKey = headerOf(responseHeaders, 'www-authenticate')?.startsWith('Key') ?? false;
  return asksForKey || headerOf(requestHeaders, 'x-credential-identifier') ? 'key' : 'none';
}
