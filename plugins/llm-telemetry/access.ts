import type { Headers, Proceed, RawBody } from '../../kong/pdk';
import { JsonDocument } from '../shared/json/json-document';
import { startSpan, startedSpanToShared, traceparentOf } from '../shared/telemetry/spans/started-span';
import { MAX_CONFIGURED } from './metrics';
import { apiAt, type Api } from './request/apis';
import { injectStreamUsage } from './request/inject-stream-usage';
import { STARTED_SPAN_KEY, isOwnExport, type State } from './state';

/** What is known of a request before it goes upstream. */
export interface RequestFacts {
  readonly method: string;
  /** With the service's own `path` before it. */
  readonly upstreamPath: string;
  readonly headers: Headers;
  readonly body: RawBody;
  readonly service: string;
}

/** What the access phase does to the request; undefined: nothing. */
type Effects = Omit<Proceed, 'kind'> | undefined;

/** Nothing is read on the request's path unless one of these options is on. */
export const isAccessWanted = ({ config }: State): boolean =>
  config.propagate || config.inject_stream_usage || config.track_open_streams;

/** Begins the call's span, counts its stream as open and asks for its usage, each as far as it is opted in. */
export function startCall(state: State, facts: RequestFacts): Effects {
  const { headers, body } = facts;
  const api = facts.method === 'POST' ? apiAt(facts.upstreamPath) : undefined;
  if (!api || isOwnExport(headers.get('user-agent'))) return undefined;
  const { config, spans } = state;
  const bytes = readableBytes(headers, body);
  const upstreamBody = config.inject_stream_usage
    ? injectStreamUsage(api.name, bytes, config.max_buffer_bytes)
    : undefined;
  const tracked = config.track_open_streams && asksForStream(api, bytes, config.max_buffer_bytes);
  if (!config.propagate && !tracked) return upstreamBody && { upstreamBody };

  const started = startSpan(headers.get('traceparent'), config.parent);
  if (tracked) openStream(state, started.ids.spanId, facts.service);
  return {
    share: { [STARTED_SPAN_KEY]: startedSpanToShared(started) },
    ...(config.propagate && {
      upstreamHeaders: { traceparent: traceparentOf(started, spans.keeps(started.ids.traceId)) },
    }),
    ...(upstreamBody && { upstreamBody }),
  };
}

const NO_BYTES = new Uint8Array();

/** The body, where it can be read as it stands. */
const readableBytes = (headers: Headers, body: RawBody): Uint8Array =>
  body.kind === 'bytes' && !headers.has('content-encoding') ? body.bytes : NO_BYTES;

function asksForStream(api: Api, bytes: Uint8Array, maxBytes: number): boolean {
  if (api.operation === 'embeddings') return false;
  const document = new JsonDocument(maxBytes);
  document.push(bytes);
  const stream = document.end().members?.['stream'];
  return typeof stream === 'boolean' ? stream : api.streamsByDefault;
}

function openStream({ config, metrics, openStreams, now }: State, key: string, service: string): void {
  const bounds = { maxStreams: config.max_open_streams, forgetAfterMs: config.forget_streams_after * 1000 };
  openStreams.open(key, metrics.labels.bounded('kong_service', service, MAX_CONFIGURED), now(), bounds);
}
