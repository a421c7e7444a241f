import type { Headers } from '../../kong/pdk';
import type { MessageSummary } from '../shared/mcp/message-summary';
import { headerOf, mediaTypeOf, type LogEntry } from '../shared/telemetry/log-entry';

/** The transports in which a stream stays open for messages from the server. */
type Transport = 'streamable_http' | 'sse';

/** A request whose response stays open: a GET of either transport, or `subscriptions/listen` (2026-07-28). */
export interface LongStream {
  readonly transport: Transport;
  /** The name in spans. */
  readonly name: 'GET' | typeof LISTEN;
}

/** The method whose response is a stream of notifications; it needs no result. */
export const LISTEN = 'subscriptions/listen';

/** The stream that a request asks for; undefined if it asks for none. */
export function requestedStream(
  method: string,
  headers: Headers,
  summary: MessageSummary | undefined,
): LongStream | undefined {
  if (method === 'GET' && /\btext\/event-stream\b/i.test(headers.all('accept').join())) {
    return {
      transport: transportOf(headers.has('mcp-session-id') || headers.has('mcp-protocol-version')),
      name: 'GET',
    };
  }
  const listens = summary
    ? summary.messages.some((message) => message.method === LISTEN)
    : headers.get('mcp-method') === LISTEN;
  return method === 'POST' && listens ? { transport: 'streamable_http', name: LISTEN } : undefined;
}

/** The stream that a GET opened, by its response. */
export function openedStream({ method, status, requestHeaders, responseHeaders }: LogEntry): LongStream | undefined {
  if (method !== 'GET' || status !== 200 || mediaTypeOf(responseHeaders) !== 'text/event-stream') return undefined;
  const isStreamable = headerOf(requestHeaders, 'mcp-session-id') ?? headerOf(requestHeaders, 'mcp-protocol-version');
  return { transport: transportOf(isStreamable !== undefined), name: 'GET' };
}

/** In the older transport a GET has neither a session nor a revision (2024-11-05, basic/transports). */
const transportOf = (isStreamable: boolean): Transport => (isStreamable ? 'streamable_http' : 'sse');
