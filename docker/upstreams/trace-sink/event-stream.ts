import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KeptSpan, SpanStore } from './span-store';
import { rowOf } from './views';

/** Less than the 30 s after which the gateway ends a silent response. */
const HEARTBEAT_MS = 10_000;
/** A reader that lags by this much is disconnected; it reconnects and resumes. */
const MAX_LAG_BYTES = 1_048_576;
/** Rows that a new reader receives first. */
const BACKLOG = 200;

/**
 * Streams rows as server-sent events: first the newest stored ones that the reader does not have (by Last-Event-ID),
 * then each batch as it arrives. Ends with the connection.
 */
export function streamRows(store: SpanStore, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const send = (spans: readonly KeptSpan[]): void => {
    const last = spans.at(-1);
    if (last) response.write(`id: ${last.seq}\ndata: ${JSON.stringify(spans.map(rowOf))}\n\n`);
    if (response.writableLength > MAX_LAG_BYTES) response.destroy();
  };
  const heartbeat = setInterval(() => response.write(': alive\n\n'), HEARTBEAT_MS);
  const stop = store.listen(send);
  response.once('close', () => {
    clearInterval(heartbeat);
    stop();
  });
  const seen = Number(request.headers['last-event-id'] ?? 0);
  const lacking = store.newest().filter(({ seq }) => !(seq <= seen));
  response.write('retry: 2000\n\n');
  send(lacking.slice(0, BACKLOG).reverse());
}
