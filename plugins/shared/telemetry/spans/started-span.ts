import { randomBytes } from 'node:crypto';
import { isJsonObject } from '../../json/json-object';
import { parseTraceparent, type ParentSource } from './parent';
import type { ParentContext } from './span';

/** A span whose ids were chosen in the access phase; the log phase exports it. */
export interface StartedSpan {
  readonly ids: ParentContext;
  /** Its parent, in the same trace. */
  readonly parent: ParentContext | undefined;
}

/**
 * Starts a span as a child of the request's `traceparent`, or in a new trace.
 *
 * @param traceparent the header's value; Kong's own span if a tracing plugin ran before
 */
export function startSpan(traceparent: string | undefined, source: ParentSource): StartedSpan {
  const parent = source === 'none' ? undefined : parseTraceparent(traceparent);
  return { ids: newSpanIds(parent), parent };
}

/** New ids, in the parent's trace if there is one. */
export const newSpanIds = (parent: ParentContext | undefined): ParentContext => ({
  traceId: parent?.traceId ?? randomBytes(16).toString('hex'),
  spanId: randomBytes(8).toString('hex'),
});

/** The header that makes the upstream's spans children of this one (W3C Trace Context, 3.2). */
export const traceparentOf = ({ ids }: StartedSpan, sampled: boolean): string =>
  `00-${ids.traceId}-${ids.spanId}-${sampled ? '01' : '00'}`;

/** How the access phase passes a span on. */
interface StartedSpanOptions {
  /** The key in `kong.ctx.shared`. */
  readonly key: string;
  /** True to send `traceparent` to the upstream. */
  readonly propagate: boolean;
  /** Whether the spans of a trace are kept. */
  readonly keeps: (traceId: string) => boolean;
}

/** The effects of an access phase that started a span: the log phase finds it, and the upstream continues its trace. */
export const startedSpanEffects = (started: StartedSpan, { key, propagate, keeps }: StartedSpanOptions) => ({
  share: { [key]: startedSpanToShared(started) },
  ...(propagate && { upstreamHeaders: { traceparent: traceparentOf(started, keeps(started.ids.traceId)) } }),
});

/** The span as a value for `kong.ctx.shared`. */
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
