import type { Headers, Proceed } from '../../kong/pdk';
import type { MessageSummary } from '../shared/mcp/message-summary';
import { openStreamsOptionsOf } from '../shared/telemetry/open-streams';
import { projectNamed } from '../shared/telemetry/spans/project';
import { startedSpanEffects, startSpan, type StartedSpan } from '../shared/telemetry/spans/started-span';
import { openStreamSpanOf } from './span/stream-span';
import { STARTED_SPAN_KEY, type State } from './state';
import { requestedStream, type LongStream } from './streams';

/** The facts of a request before it is sent upstream. */
export interface RequestFacts {
  readonly method: string;
  readonly headers: Headers;
  readonly service: string;
  readonly requestId: string;
  /** Undefined if mcp-validator did not run. */
  readonly summary: MessageSummary | undefined;
}

/** What the access phase does to the request; undefined: nothing. */
type Effects = Omit<Proceed, 'kind'> | undefined;

/** Starts the span of a request and counts its stream as open, each only if its option is on. */
export function startRequest(state: State, facts: RequestFacts): Effects {
  const { config, spans } = state;
  const { method, headers, summary } = facts;
  const stream = requestedStream(method, headers, summary);
  const tracked = config.track_open_streams ? stream : undefined;
  const propagate = config.propagate && (method === 'POST' || stream !== undefined);
  if (!propagate && !tracked) return undefined;

  const started = startSpan(headers.get('traceparent'), config.parent);
  if (tracked) openStream(state, tracked, started, facts);
  return startedSpanEffects(started, { key: STARTED_SPAN_KEY, propagate, keeps: (traceId) => spans.keeps(traceId) });
}

function openStream(
  { config, openStreams, spans, formatSessionId, now }: State,
  stream: LongStream,
  started: StartedSpan,
  { headers, service, requestId }: RequestFacts,
): void {
  const openedAtMs = now();
  const sessionId = formatSessionId(headers.get('mcp-session-id'));
  const project = projectNamed({ service, header: (name) => headers.get(name) }, config);
  openStreams.open(started.ids.spanId, stream.transport, openedAtMs, openStreamsOptionsOf(config), {
    afterMs: config.report_streams_after * 1000,
    report: () => {
      spans.record(
        openStreamSpanOf({ stream, started, service, requestId, sessionId, openedAtMs, nowMs: now() }),
        project,
      );
    },
  });
}
