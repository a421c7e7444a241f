import { SseEvents } from '../../shared/captured-body/sse-events';
import { isJsonObject, memberOf, type JsonObject } from '../../shared/json/json-object';
import { parseJson } from '../../shared/json/lenient-json';

/** A response to one POST. */
export interface RpcResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON-RPC response with the id of the request; undefined if there is none. */
  readonly message: JsonObject | undefined;
}

/** The largest response, in bytes. */
const MAX_BYTES = 16_777_216;
const TIMEOUT_MS = 30_000;

/**
 * Sends one JSON-RPC message over Streamable HTTP and reads the response, as JSON or from a stream of events, which is closed
 * once the response is there.
 *
 * @throws Error for a network error, a timeout of 30 seconds, or more than 16 MiB
 */
export async function postMessage(
  url: string,
  message: JsonObject,
  headers: Readonly<Record<string, string>>,
): Promise<RpcResponse> {
  const abort = new AbortController();
  const timer = setTimeout(() => {
    abort.abort(new Error(`no response within ${TIMEOUT_MS / 1000} seconds`));
  }, TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...headers },
      body: JSON.stringify(message),
      redirect: 'error',
      signal: abort.signal,
    });
    const id = memberOf(message, 'id');
    const found = id === undefined ? undefined : await readMessage(response, id);
    return { status: response.status, headers: response.headers, message: found };
  } finally {
    clearTimeout(timer);
    // Ends a stream that the server keeps open.
    abort.abort();
  }
}

async function readMessage(response: Response, id: unknown): Promise<JsonObject | undefined> {
  let found: JsonObject | undefined;
  const take = (text: string): void => {
    const value = parseJson(text);
    if (!found && isJsonObject(value) && memberOf(value, 'id') === id && !Object.hasOwn(value, 'method')) found = value;
  };
  const isStream = (response.headers.get('content-type') ?? '').toLowerCase().startsWith('text/event-stream');
  const events = new SseEvents(MAX_BYTES, {
    onEvent: ({ data }) => {
      take(data);
    },
    onLost: () => undefined,
  });
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error(`the response is longer than ${MAX_BYTES} bytes`);
    if (isStream) events.push(chunk);
    else parts.push(chunk);
    if (found) return found;
  }
  if (isStream) events.end();
  else take(Buffer.concat(parts).toString());
  return found;
}
