import type { IncomingMessage, ServerResponse } from 'node:http';
import { send, sendJson } from '../shared/answers';
import { startHttpServer, type ListenOptions, type RunningServer } from '../shared/http-server';
import { readBody } from '../shared/read-body';
import { routeOf } from '../shared/route';
import { streamRows } from './event-stream';
import { decodeRequest } from './otlp-messages';
import { page, pageHeaders } from './page/document';
import { checkHeaders, unpack } from './receive';
import { SpanStore } from './span-store';
import { readSpans } from './spans';
import { phoenixSpanOf } from './views';

/** Settings of the trace sink; every limit has a default. */
export interface TraceSinkOptions extends ListenOptions {
  /** Stored spans, default 1000; the oldest are removed first. */
  maxSpans?: number;
  /** Estimated memory of the stored spans in bytes, default 64 MiB; the oldest are removed first. */
  maxKeptBytes?: number;
  /** Longest request body in bytes, compressed and decompressed, default 4 MiB; a longer one is answered with 413. */
  maxBodyBytes?: number;
  /** Messages (spans, attributes, values, events) in one request, default 200,000; more are answered with 413. */
  maxMessages?: number;
  /** Pages with an open event stream, default 32; one more is answered with 503. */
  maxPages?: number;
}

/** An empty `ExportTraceServiceResponse`: all spans were accepted. */
const ALL_ACCEPTED = new Uint8Array(0);
/** Estimated memory of a message, without its text. */
const BYTES_PER_MESSAGE = 100;
/** Default and maximum of `limit`, as in Phoenix. */
const SPANS_LIMIT = { default: 100, max: 1_000 };

/**
 * Starts a stand-in for Arize Phoenix: accepts OTLP traces as Phoenix does, serves a page and Phoenix's span queries.
 */
export async function startTraceSink({
  maxSpans = 1_000,
  maxKeptBytes = 67_108_864,
  maxBodyBytes = 4_194_304,
  maxMessages = 200_000,
  maxPages = 32,
  ...listen
}: TraceSinkOptions = {}): Promise<RunningServer> {
  const store = new SpanStore({ maxSpans, maxBytes: maxKeptBytes }, Date.now());
  const open = new Set<ServerResponse>();

  const openEvents = (request: IncomingMessage, response: ServerResponse): void => {
    if (open.size >= maxPages) {
      sendJson(response, 503, { detail: 'Too many pages are open' }, { 'retry-after': '5' });
      return;
    }
    open.add(response);
    response.once('close', () => open.delete(response));
    streamRows(store, request, response);
  };

  return startHttpServer(
    listen,
    async (request, response) => {
      const route = routeOf(request);
      if (route?.path === '/v1/traces') {
        if (route.method === 'POST') await receiveTraces(store, { maxBodyBytes, maxMessages }, request, response);
        else sendJson(response, 405, { detail: 'Method Not Allowed' }, { allow: 'POST' });
      } else if (route?.method !== 'GET') sendJson(response, 404, { detail: 'Not Found' });
      else if (route.path === '/') send(response, 200, 'text/html; charset=utf-8', page, pageHeaders);
      else if (route.path === '/events') openEvents(request, response);
      else if (TRACE.test(route.path)) redirectToTrace(route.path, response);
      else if (route.path === '/health') sendJson(response, 200, { status: 'ok' });
      else answerQuery(store, route.path, route.query, response);
    },
    () => {
      for (const response of open) response.end();
    },
  );
}

/** The address of one trace, as Phoenix has it. */
const TRACE = /^\/redirects\/traces\/([0-9a-f]{32})$/;

/** Shows the page with the spans of one trace. The address is relative, since the gateway removes a prefix of the path. */
function redirectToTrace(path: string, response: ServerResponse): void {
  const [, traceId = ''] = TRACE.exec(path) ?? [];
  response.writeHead(302, { location: `../../?filter=${traceId}`, 'cache-control': 'no-cache' }).end();
}

async function receiveTraces(
  store: SpanStore,
  { maxBodyBytes, maxMessages }: { maxBodyBytes: number; maxMessages: number },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const reject = (status: number, detail: string): void => {
    sendJson(response, status, { detail });
  };
  const { 'content-type': contentType, 'content-encoding': contentEncoding } = request.headers;
  // The body is always read, so that the connection can be reused.
  const body = await readBody(request, maxBodyBytes);
  const headers = checkHeaders(contentType, contentEncoding);
  if (!headers.ok) {
    reject(headers.status, headers.detail);
    return;
  }
  if (!body) {
    sendJson(response, 413, { detail: 'Request body too large' }, { connection: 'close' });
    return;
  }
  const unpacked = await unpack(body, headers.value, maxBodyBytes);
  if (!unpacked.ok) {
    reject(unpacked.status, unpacked.detail);
    return;
  }
  const decoded = decodeRequest(unpacked.value, maxMessages);
  if (decoded === 'too_many') {
    reject(413, 'Request has too many spans, attributes or events');
    return;
  }
  if (decoded === 'invalid') {
    reject(422, 'Request body is invalid ExportTraceServiceRequest');
    return;
  }
  const project = request.headers['x-project-name'];
  const spans = readSpans(decoded.request, typeof project === 'string' ? project : undefined);
  store.add(spans, unpacked.value.length + decoded.messages * BYTES_PER_MESSAGE);
  send(response, 200, 'application/x-protobuf', ALL_ACCEPTED);
}

function answerQuery(store: SpanStore, path: string, query: URLSearchParams, response: ServerResponse): void {
  const one = /^\/spans\/(\d{1,15})$/.exec(path)?.[1];
  const kept = one === undefined ? undefined : store.find(Number(one));
  const project = /^\/v1\/projects\/([^/]{1,600})\/spans$/.exec(path)?.[1];
  if (kept) sendJson(response, 200, { ...phoenixSpanOf(kept), project: kept.span.project });
  else if (path === '/v1/projects') {
    const data = store.projects().map((name) => ({ id: name, name, description: null }));
    sendJson(response, 200, { data, next_cursor: null });
  } else if (project !== undefined) answerSpans(store, project, query, response);
  else sendJson(response, 404, { detail: 'Not Found' });
}

function answerSpans(store: SpanStore, encoded: string, query: URLSearchParams, response: ServerResponse): void {
  const name = decode(encoded);
  const spans = store.newest(name);
  if (name === undefined || spans.length === 0) {
    sendJson(response, 404, { detail: `Project with name ${name ?? encoded} not found` });
    return;
  }
  const limit = Number(query.get('limit') ?? SPANS_LIMIT.default);
  const cursor = Number(query.get('cursor') ?? Infinity);
  if (!Number.isInteger(limit) || limit < 1 || limit > SPANS_LIMIT.max || Number.isNaN(cursor)) {
    sendJson(response, 422, { detail: `limit must be 1 to ${SPANS_LIMIT.max}, cursor as given in next_cursor` });
    return;
  }
  const from = spans.filter(({ seq }) => seq <= cursor);
  const next = from[limit];
  sendJson(response, 200, {
    data: from.slice(0, limit).map(phoenixSpanOf),
    next_cursor: next ? String(next.seq) : null,
  });
}

function decode(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
