import { headerOf, type LogEntry } from '../shared/log-entry';

/** The longest session id that is told of, in characters: servers choose it, and clients may send any. */
const MAX_LENGTH = 256;

/** A session id as it is told of. */
export const cutSessionId = (id: string | undefined): string | undefined => id?.slice(0, MAX_LENGTH);

/** The session id in the headers of a request or of its answer, as it is told of. */
export const sessionIdIn = (headers: LogEntry['requestHeaders']): string | undefined =>
  cutSessionId(headerOf(headers, 'mcp-session-id'));
