import type { Headers, Proceed, RawBody } from '../../kong/pdk';
import { JsonDocument } from '../shared/json/json-document';
import { MAX_CONFIGURED } from '../shared/telemetry/labels';
import { openStreamsOptionsOf } from '../shared/telemetry/open-streams';
import { startedSpanEffects, startSpan } from '../shared/telemetry/spans/started-span';
import { isOwnExport } from './own-export';
import { apiAt, type Api } from './request/apis';
import { injectStreamUsage } from './request/inject-stream-usage';
import { STARTED_SPAN_KEY, type State } from './state';

/** The facts of a request before it is sent upstream. */
export interface RequestFacts {
  readonly method: string;
  /** The path with the `path` of Kong's service before it. */
  readonly upstreamPath: string;
  readonly headers: Headers;
  readonly body: RawBody;
  readonly service: string;
}

/** What the access phase does to the request; undefined: nothing. */
type Effects = Omit<Proceed, 'kind'> | undefined;

/** Starts the span of a call, counts its stream as open and asks for its usage, each only if its option is on. */
export function startCall(state: State, facts: RequestFacts): Effects {
  const { headers, body } = facts;
  const api = facts.method === 'POST' ? apiAt(facts.upstreamPath) : undefined;
  if (!api || isOwnExport(headers.get('user-agent'))) return undefined;
  const { config, spans } = state;
  const { propagate } = config;
  const bytes = readableBytes(headers, body);
  const upstreamBody = config.inject_stream_usage
    ? injectStreamUsage(api.name, bytes, config.max_buffer_bytes)
    : undefined;
  const tracked = config.track_open_streams && asksForStream(api, bytes, config.max_buffer_bytes);
  if (!propagate && !tracked) return upstreamBody && { upstreamBody };

  const started = startSpan(headers.get('traceparent'), config.parent);
  if (tracked) openStream(state, started.ids.spanId, facts.service);
  return {
    ...startedSpanEffects(started, { key: STARTED_SPAN_KEY, propagate, keeps: (traceId) => spans.keeps(traceId) }),
    ...(upstreamBody && { upstreamBody }),
  };
}

const NO_BYTES = new Uint8Array();

/** The body if it is available and not compressed, else nothing. */
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
  const label = metrics.labels.bounded('kong_service', service, MAX_CONFIGURED);
  openStreams.open(key, label, now(), openStreamsOptionsOf(config));
}
