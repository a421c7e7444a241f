import { isModern } from '../../shared/mcp/revisions';
import { headerOf, type LogEntry } from '../../shared/telemetry/log-entry';
import type { ClientMessage } from './client-messages';

/**
 * The message that the headers of a request repeat, for a body that was not captured; undefined in older revisions,
 * which have no such headers (2026-07-28, basic/transports/streamable-http). The headers do not contain the id, so the
 * response cannot be found.
 */
export function mirroredMessage({ requestHeaders }: LogEntry): ClientMessage | undefined {
  const revision = headerOf(requestHeaders, 'mcp-protocol-version');
  const method = headerOf(requestHeaders, 'mcp-method');
  if (revision === undefined || !isModern(revision) || !method) return undefined;
  const name = headerOf(requestHeaders, 'mcp-name');
  const text = name === undefined ? undefined : plain(name);
  return { id: undefined, method, name: text, parent: undefined, revision: undefined, params: undefined };
}

/** A value that a header cannot contain is sent as `=?base64?...?=`. */
function plain(value: string): string {
  const [, base64] = /^=\?base64\?([A-Za-z0-9+/=]*)\?=$/.exec(value) ?? [];
  return base64 === undefined ? value : Buffer.from(base64, 'base64').toString('utf8');
}
