import { SseEvents } from '../../shared/captured-body/sse-events';
import { isJsonObject, type JsonObject } from '../../shared/json/json-object';
import { parseJson, recordOf, textOf } from '../../shared/json/lenient-json';
import { headerOf, readBody, type GatewayResponse } from './post';

/** The answer of a server to one request, or why there is none. */
export type RpcReply =
  | { readonly kind: 'result'; readonly result: JsonObject; readonly sessionId: string | undefined }
  | { readonly kind: 'error'; readonly status: number; readonly code: number | undefined; readonly message: string }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter: string | undefined }
  | { readonly kind: 'unreadable' };

/** The longest answer that is read. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads the answer to a request: a JSON document, or a stream of events that contains it.
 *
 * @param onProgress called for each notification of progress
 * @throws when the connection breaks
 */
export async function readReply(response: GatewayResponse, id: number, onProgress: () => void): Promise<RpcReply> {
  const type = headerOf(response.headers, 'content-type') ?? '';
  const message = /^text\/event-stream/i.test(type)
    ? await messageInStream(response, id, onProgress)
    : await messageInDocument(response);
  const { status, headers } = response;
  if (message && isJsonObject(message['result'])) {
    return { kind: 'result', result: message['result'], sessionId: headerOf(headers, 'mcp-session-id') };
  }
  const error = recordOf(message?.['error']);
  const text = textOf(error['message']);
  if (status !== 429 && text !== undefined) {
    const { code } = error;
    return { kind: 'error', status, code: typeof code === 'number' ? code : undefined, message: text };
  }
  if (status >= 400) return { kind: 'status', status, retryAfter: headerOf(headers, 'retry-after') };
  return { kind: 'unreadable' };
}

async function messageInDocument({ body }: GatewayResponse): Promise<JsonObject | undefined> {
  const bytes = await readBody(body, MAX_BYTES);
  const message = bytes && parseJson(bytes.toString());
  return isJsonObject(message) ? message : undefined;
}

async function messageInStream(
  { body }: GatewayResponse,
  id: number,
  onProgress: () => void,
): Promise<JsonObject | undefined> {
  let found: JsonObject | undefined;
  let bytes = 0;
  const events = new SseEvents(MAX_BYTES, {
    onEvent: ({ data }) => {
      const message = parseJson(data);
      if (!isJsonObject(message)) return;
      if (message['method'] === 'notifications/progress') onProgress();
      if (message['id'] === id && message['method'] === undefined) found ??= message;
    },
    onLost: () => undefined,
  });
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) break;
    events.push(chunk);
    // A server may keep the stream open after its answer.
    if (found) break;
  }
  if (!found) events.end();
  body.destroy();
  return found;
}
