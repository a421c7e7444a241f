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

/** Settings of the trace sink; every bound has a default. */
export interface TraceSinkOptions extends ListenOptions {
  /** Spans kept, default 1000; the oldest make room. */
  maxSpans?: number;
  /** About what the kept spans may take in memory, default 64 MiB; the oldest make room. */
  maxKeptBytes?: number;
  /** Longest request body in bytes, packed and unpacked alike, default 4 MiB; a longer one is answered 413. */
  maxBodyBytes?: number;
  /** Messages (spans, attributes, values, events) in one request, default 200,000; more are answered 413. */
  maxMessages?: number;
  /** Pages that watch at once, default 32; one more is answered 503. */
  maxWatchers?: number;
}

/** The least that `ExportTraceServiceResponse` can be: no field set means all spans were taken. */
const ALL_TAKEN = new Uint8Array(0);
/** What a message takes in memory beside its text, about. */
const BYTES_PER_MESSAGE = 100;
/** Phoenix's own default and maximum of `limit`. */
const SPANS_LIMIT = { default: 100, max: 1_000 };

/** Starts a stand-in for Arize Phoenix: OTLP traces in, by Phoenix's rules; a page and Phoenix's span queries out. */
export async function startTraceSink({
  maxSpans = 1_000,
  maxKeptBytes = 67_108_864,
  maxBodyBytes = 4_194_304,
  maxMessages = 200_000,
  maxWatchers = 32,
  ...listen
}: TraceSinkOptions = {}): Promise<RunningServer> {
  const store = new SpanStore({ maxSpans, maxBytes: maxKeptBytes }, Date.now());
  const watching = new Set<ServerResponse>();

  const watch = (request: IncomingMessage, response: ServerResponse): void => {
    if (watching.size >= maxWatchers) {
      sendJson(response, 503, { detail: 'Too many pages are watching' }, { 'retry-after': '5' });
      return;
    }
    watching.add(response);
    response.once('close', () => watching.delete(response));
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
      else if (route.path === '/events') watch(request, response);
      else if (route.path === '/health') sendJson(response, 200, { status: 'ok' });
      else answerQuery(store, route.path, route.query, response);
    },
    () => {
      for (const response of watching) response.end();
    },
  );
}

async function receiveTraces(
  store: SpanStore,
  { maxBodyBytes, maxMessages }: { maxBodyBytes: number; maxMessages: number },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refuse = (status: number, detail: string): void => {
    sendJson(response, status, { detail });
  };
  const { 'content-type': contentType, 'content-encoding': contentEncoding } = request.headers;
  // The body is read in any case, so that the connection stays in step.
  const body = await readBody(request, maxBodyBytes);
  const headers = checkHeaders(contentType, contentEncoding);
  if (!headers.ok) {
    refuse(headers.status, headers.detail);
    return;
  }
  if (!body) {
    sendJson(response, 413, { detail: 'Request body too large' }, { connection: 'close' });
    return;
  }
  const unpacked = await unpack(body, headers.value, maxBodyBytes);
  if (!unpacked.ok) {
    refuse(unpacked.status, unpacked.detail);
    return;
  }
  const decoded = decodeRequest(unpacked.value, maxMessages);
  if (decoded === 'too_many') {
    refuse(413, 'Request has too many spans, attributes or events');
    return;
  }
  if (decoded === 'invalid') {
    refuse(422, 'Request body is invalid ExportTraceServiceRequest');
    return;
  }
  const project = request.headers['x-project-name'];
  const spans = readSpans(decoded.request, typeof project === 'string' ? project : undefined);
  store.add(spans, unpacked.value.length + decoded.messages * BYTES_PER_MESSAGE);
  send(response, 200, 'application/x-protobuf', ALL_TAKEN);
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
