import type { Capture } from '../../shared/captured-body/capture';
import type { FormatSessionId } from '../../shared/mcp/session-hash';
import { exchangeTimes } from '../../shared/telemetry/exchange-times';
import { headerOf, type LogEntry } from '../../shared/telemetry/log-entry';
import { knownAttributes } from '../../shared/telemetry/spans/attributes';
import { idsAndParentOf } from '../../shared/telemetry/spans/ids-and-parent';
import { COMMON, MCP, OI } from '../../shared/telemetry/spans/semconv';
import type { SpanRecord } from '../../shared/telemetry/spans/span';
import type { StartedSpan } from '../../shared/telemetry/spans/started-span';
import { boundedRevision } from '../operations/bounded-revision';
import { sessionIdIn } from '../sessions/session-id';
import { LISTEN, type LongStream } from '../streams';
import { exchangeAttributes, type SpanOptions } from './attributes';

/** The facts of a stream that is still open. */
export interface OpenStreamFacts {
  readonly stream: LongStream;
  readonly started: StartedSpan;
  readonly service: string;
  readonly requestId: string;
  readonly sessionId: string | undefined;
  /** Milliseconds since the epoch. */
  readonly openedAtMs: number;
  readonly nowMs: number;
}

/** A span for a stream that is still open. It is a child of the span that is exported after the stream's end. */
export function openStreamSpanOf({ stream, started, ...known }: OpenStreamFacts): SpanRecord {
  return {
    name: `${stream.name} open`,
    kind: 'internal',
    startMs: known.openedAtMs,
    endMs: Math.max(known.openedAtMs, known.nowMs),
    attributes: knownAttributes({
      [OI.kind]: 'CHAIN',
      [MCP.method]: stream.name === LISTEN ? LISTEN : undefined,
      [MCP.transport]: stream.transport,
      [MCP.sessionId]: known.sessionId,
      [OI.sessionId]: known.sessionId,
      [COMMON.kongService]: known.service || undefined,
      [COMMON.kongRequestId]: known.requestId || undefined,
    }),
    parent: started.ids,
  };
}

/** The span of a stream that a GET opened, after its end. */
export function streamSpanOf(
  entry: LogEntry,
  stream: LongStream,
  capture: Capture | undefined,
  started: StartedSpan | undefined,
  options: SpanOptions,
  formatSessionId: FormatSessionId,
): SpanRecord {
  const sessionId = formatSessionId(sessionIdIn(entry.requestHeaders));
  return {
    name: `${stream.name} stream`,
    kind: 'client',
    ...exchangeTimes(entry),
    attributes: knownAttributes(exchangeAttributes(entry, options), {
      [OI.kind]: 'CHAIN',
      [MCP.transport]: stream.transport,
      [MCP.protocolVersion]: boundedRevision(headerOf(entry.requestHeaders, 'mcp-protocol-version')),
      [MCP.sessionId]: sessionId,
      [OI.sessionId]: sessionId,
      [COMMON.responseBytes]: capture?.response.totalBytes,
      [COMMON.responseComplete]: capture?.response.complete,
    }),
    ...idsAndParentOf(entry, options.parent, started),
  };
}
