import { randomBytes } from 'node:crypto';
import { isJsonObject } from '../../json/json-object';
import { parseTraceparent, type ParentSource } from './parent';
import type { ParentContext } from './span';

/** A span whose ids were given out in the access phase, before it could be told of. */
export interface StartedSpan {
  readonly ids: ParentContext;
  /** What it hangs under, in the same trace. */
  readonly parent: ParentContext | undefined;
}

/**
 * Begins a span under the request's `traceparent`, or a trace of its own.
 *
 * @param traceparent the header's value; Kong's own span where a tracing plugin ran before
 */
export function startSpan(traceparent: string | undefined, source: ParentSource): StartedSpan {
  const parent = source === 'none' ? undefined : parseTraceparent(traceparent);
  return { ids: newSpanIds(parent), parent };
}

/** Fresh ids: in the parent's trace where there is one. */
export const newSpanIds = (parent: ParentContext | undefined): ParentContext => ({
  traceId: parent?.traceId ?? randomBytes(16).toString('hex'),
  spanId: randomBytes(8).toString('hex'),
});

/** The header that makes the upstream's spans children of this one (W3C Trace Context, 3.2). */
export const traceparentOf = ({ ids }: StartedSpan, sampled: boolean): string =>
  `00-${ids.traceId}-${ids.spanId}-${sampled ? '01' : '00'}`;

/** The span as a value for `kong.ctx.shared`, for the log phase to finish it. */
export const startedSpanToShared = ({ ids, parent }: StartedSpan) => ({
  trace_id: ids.traceId,
  span_id: ids.spanId,
  ...(parent && { parent_id: parent.spanId }),
});

/** Reads what {@link startedSpanToShared} wrote; undefined for anything else. */
export function startedSpanFromShared(value: unknown): StartedSpan | undefined {
  if (!isJsonObject(value)) return undefined;
  const { trace_id: traceId, span_id: spanId, parent_id: parentId } = value;
  if (typeof traceId !== 'string' || typeof spanId !== 'string') return undefined;
  return { ids: { traceId, spanId }, parent: typeof parentId === 'string' ? { traceId, spanId: parentId } : undefined };
}
