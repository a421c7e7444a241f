import { SpanKind, SpanStatusCode, TraceFlags, type Attributes, type SpanContext } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { ParentContext, SpanRecord } from '../spans/span';

/** The maximum of a span's attributes, and of the characters of one; others are dropped. The builders of spans have smaller bounds. */
export const SPAN_LIMITS = { attributes: 1024, characters: 524_288 };

/** What all spans of a pipeline have in common. */
export type SpanOrigin = Pick<ReadableSpan, 'resource' | 'instrumentationScope'>;

/**
 * A span in the form that the exporters of the SDK read. It is built without the SDK's tracer, which would copy and check
 * the attributes one by one.
 */
export function readableSpanOf(
  { name, kind, startMs, endMs, attributes, error, parent, link }: SpanRecord,
  ids: ParentContext,
  { resource, instrumentationScope }: SpanOrigin,
): ReadableSpan {
  const context = spanContextOf(ids, false);
  const bounded = withinLimits(attributes);
  return {
    name,
    kind: kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL,
    spanContext: () => context,
    ...(parent && { parentSpanContext: spanContextOf(parent, true) }),
    startTime: hrTimeOf(startMs),
    endTime: hrTimeOf(endMs),
    duration: hrTimeOf(endMs - startMs),
    ended: true,
    status: error === undefined ? UNSET : { code: SpanStatusCode.ERROR, message: error },
    attributes: bounded,
    links: link ? [{ context: spanContextOf(link, true) }] : NONE,
    events: NONE,
    droppedAttributesCount: bounded === attributes ? 0 : countOf(attributes) - countOf(bounded),
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    resource,
    instrumentationScope,
  };
}

const UNSET = { code: SpanStatusCode.UNSET };
const NONE: never[] = [];

const countOf = (attributes: Attributes): number =>
  Object.values(attributes).filter((value) => value !== undefined).length;

/** The attributes themselves where they are within the limits, else a copy. */
function withinLimits(attributes: Attributes): Attributes {
  let count = 0;
  for (const name in attributes) {
    const value = attributes[name];
    count += 1;
    if (value === undefined || (typeof value === 'string' && value.length > SPAN_LIMITS.characters)) {
      return cutToLimits(attributes);
    }
  }
  return count > SPAN_LIMITS.attributes ? cutToLimits(attributes) : attributes;
}

const cutToLimits = (attributes: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(attributes)
      .filter(([, value]) => value !== undefined)
      .slice(0, SPAN_LIMITS.attributes)
      .map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, SPAN_LIMITS.characters) : value]),
  );

/** Seconds and nanoseconds. */
function hrTimeOf(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}

const spanContextOf = ({ traceId, spanId }: ParentContext, isRemote: boolean): SpanContext => ({
  traceId,
  spanId,
  traceFlags: TraceFlags.SAMPLED,
  ...(isRemote && { isRemote }),
});
