import type { Headers, Proceed } from '../../kong/pdk';
import type { MessageSummary } from '../shared/mcp/message-summary';
import { projectNamed } from '../shared/telemetry/spans/project';
import {
  startSpan,
  startedSpanToShared,
  traceparentOf,
  type StartedSpan,
} from '../shared/telemetry/spans/started-span';
import { openStreamSpanOf } from './span/stream-span';
import { STARTED_SPAN_KEY, type State } from './state';
import { requestedStream, type LongStream } from './streams';

/** What is known of a request before it goes upstream. */
export interface RequestFacts {
  readonly method: string;
  readonly headers: Headers;
  readonly service: string;
  readonly requestId: string;
  /** Where the validator ran. */
  readonly summary: MessageSummary | undefined;
}

/** What the access phase does to the request; undefined: nothing. */
type Effects = Omit<Proceed, 'kind'> | undefined;

/** Nothing is read on the request's path unless one of these options is on. */
export const isAccessWanted = ({ config }: State): boolean => config.propagate || config.track_open_streams;

/** Begins the request's span and counts its stream as open, each as far as it is opted in. */
export function startRequest(state: State, facts: RequestFacts): Effects {
  const { config, spans } = state;
  const { method, headers, summary } = facts;
  const stream = requestedStream(method, headers, summary);
  const tracked = config.track_open_streams ? stream : undefined;
  const propagated = config.propagate && (method === 'POST' || stream !== undefined);
  if (!propagated && !tracked) return undefined;

  const started = startSpan(headers.get('traceparent'), config.parent);
  if (tracked) openStream(state, tracked, started, facts);
  return {
    share: { [STARTED_SPAN_KEY]: startedSpanToShared(started) },
    ...(propagated && { upstreamHeaders: { traceparent: traceparentOf(started, spans.keeps(started.ids.traceId)) } }),
  };
}

function openStream(
  { config, openStreams, spans, formatSessionId, now }: State,
  stream: LongStream,
  started: StartedSpan,
  { headers, service, requestId }: RequestFacts,
): void {
  const openedAtMs = now();
  const sessionId = formatSessionId(headers.get('mcp-session-id'));
  const bounds = { maxStreams: config.max_open_streams, forgetAfterMs: config.forget_streams_after * 1000 };
  const project = projectNamed({ service, header: (name) => headers.get(name) }, config);
  openStreams.open(started.ids.spanId, stream.transport, openedAtMs, bounds, {
    afterMs: config.report_streams_after * 1000,
    tell: () => {
      spans.record(
        openStreamSpanOf({ stream, started, service, requestId, sessionId, openedAtMs, nowMs: now() }),
        project,
      );
    },
  });
}
