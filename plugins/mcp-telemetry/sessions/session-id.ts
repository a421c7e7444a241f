import { sessionHashOf } from '../../shared/mcp/session-hash';
import { headerOf, type LogEntry } from '../../shared/telemetry/log-entry';

/** The session id in the headers of a request or of its response, as it is: a secret. */
export const sessionIdIn = (headers: LogEntry['requestHeaders']): string | undefined =>
  headerOf(headers, 'mcp-session-id');

const hash = sessionHashOf(undefined, {});

/** What stands for a session in tables of ours, however long its id is; undefined where the exchange names none. */
export function sessionKeyIn({ requestHeaders, responseHeaders, service }: LogEntry): string | undefined {
  const id = sessionIdIn(requestHeaders) ?? sessionIdIn(responseHeaders);
  return id === undefined ? undefined : hash(`${service.name}\n${id}`);
}
