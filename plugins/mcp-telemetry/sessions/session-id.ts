import { sessionHashOf } from '../../shared/mcp/session-hash';
import { splitSealed } from '../../shared/mcp/session-seal';
import { headerOf, type LogEntry } from '../../shared/telemetry/log-entry';

/** The session id in the headers of a request or a response, unchanged: a secret. */
export const sessionIdIn = (headers: LogEntry['requestHeaders']): string | undefined =>
  headerOf(headers, 'mcp-session-id');

const hash = sessionHashOf(undefined, {});

/** A key for a session in internal tables, of fixed length; undefined if the exchange has no session id. */
export function sessionKeyIn({ requestHeaders, responseHeaders, service }: LogEntry): string | undefined {
  const id = sessionIdIn(requestHeaders) ?? sessionIdIn(responseHeaders);
  return id === undefined ? undefined : hash(`${service.name}\n${id}`);
}

/** An exchange whose response has the session id of the server, without the seal of the gateway. */
export function withoutSeal(entry: LogEntry): LogEntry {
  const sealed = splitSealed(sessionIdIn(entry.responseHeaders) ?? '');
  if (!sealed) return entry;
  return { ...entry, responseHeaders: { ...entry.responseHeaders, 'mcp-session-id': sealed.id } };
}
