/** The part of an exchange that a test sets; the rest has the values that Kong would have. */
export interface ExchangeOptions {
  readonly requestId?: string;
  readonly path?: string;
  readonly method?: string;
  readonly status?: number;
  readonly source?: 'upstream' | 'kong';
  readonly tries?: object[];
  readonly requestHeaders?: Readonly<Record<string, unknown>>;
  readonly contentType?: string;
  readonly responseHeaders?: Readonly<Record<string, unknown>>;
  readonly consumer?: object;
  /** How Kong authenticated the client. */
  readonly credential?: object;
  /** The verification of the client's certificate: `SUCCESS` or another result of nginx. */
  readonly clientVerify?: string;
  readonly traceId?: string;
  readonly service?: object;
}

/** When the exchange began, in milliseconds since the epoch. */
export const STARTED_AT = 1_760_000_000_000;

/** Kong's log entry, as `kong/pdk/log.lua` of 3.9 writes it, in JSON. Kong took 2 ms, the upstream 100, all of it 500. */
export const logEntry = (options: ExchangeOptions = {}): string =>
  JSON.stringify({
    request: {
      id: options.requestId ?? 'f0e1d2c3b4a5968778695a4b3c2d1e0f',
      uri: `/ollama${options.path ?? '/api/chat'}`,
      url: `http://localhost:8000/ollama${options.path ?? '/api/chat'}`,
      querystring: {},
      method: options.method ?? 'POST',
      headers: { host: 'localhost:8000', 'user-agent': 'curl/8', ...options.requestHeaders },
      size: 300,
      ...(options.clientVerify && { tls: { client_verify: options.clientVerify } }),
    },
    upstream_uri: options.path ?? '/api/chat',
    // nginx writes none if no upstream was tried.
    upstream_status: options.source === 'kong' ? '' : String(options.status ?? 200),
    response: {
      status: options.status ?? 200,
      headers: { 'content-type': options.contentType ?? 'application/x-ndjson', ...options.responseHeaders },
      size: 1000,
    },
    latencies: { kong: 2, proxy: 100, request: 500, receive: 398 },
    tries: options.tries ?? [{ ip: '10.0.0.7', port: 11434, balancer_start: STARTED_AT, balancer_latency: 0 }],
    route: { id: 'r-id', name: 'ollama-route' },
    service: options.service ?? { id: 's-id', name: 'ollama', host: 'ollama', port: 11434, protocol: 'http' },
    ...(options.consumer && { consumer: options.consumer }),
    ...(options.credential && { authenticated_entity: options.credential }),
    client_ip: '127.0.0.1',
    started_at: STARTED_AT,
    source: options.source ?? 'upstream',
    workspace: 'w-id',
    workspace_name: 'default',
    ...(options.traceId && { trace_id: { w3c: options.traceId } }),
  });

/** {@link logEntry}, parsed. */
export const logRecord = (options?: ExchangeOptions): Record<string, unknown> =>
  JSON.parse(logEntry(options)) as Record<string, unknown>;

/** What the Lua functions of kong.yml capture of an exchange, with at most `bound` bytes at each end of the response. */
export function sharedCapture(
  request: string | Buffer,
  response: string | Buffer,
  bound = 32_768,
  complete = true,
): object {
  const bytes = Buffer.from(response);
  const asked = Buffer.from(request);
  return {
    version: 2,
    request: asked.subarray(0, bound).toString('base64'),
    ...(asked.length > bound && {
      request_tail: asked.subarray(Math.max(bound, asked.length - bound)).toString('base64'),
    }),
    request_bytes: asked.length,
    head: bytes.subarray(0, bound).toString('base64'),
    tail: bytes.subarray(Math.max(bound, bytes.length - bound)).toString('base64'),
    response_bytes: bytes.length,
    first_at: (STARTED_AT + 152) / 1000,
    last_at: (STARTED_AT + 502) / 1000,
    ...(complete ? { complete } : { client_left: true }),
  };
}

/** Records of a stream as newline-delimited JSON. */
export const ndjson = (...records: object[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('');

/** Records of a stream as server-sent events, each with its `type` as the event name if it has one. */
export const sse = (...records: (object | string)[]): string =>
  records
    .map((record) => {
      if (typeof record === 'string') return `data: ${record}\n\n`;
      const type = (record as { type?: unknown }).type;
      return `${typeof type === 'string' ? `event: ${type}\n` : ''}data: ${JSON.stringify(record)}\n\n`;
    })
    .join('');
