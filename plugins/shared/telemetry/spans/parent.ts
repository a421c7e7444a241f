import { headerOf, type LogEntry } from '../log-entry';
import type { ParentContext } from './span';

/**
 * Where a span's parent comes from: `kong` takes the `traceparent` that the upstream got, which is Kong's own span where
 * a tracing plugin runs; `client` takes it only where it is the client's, for when Kong's spans are exported nowhere;
 * `none` starts a trace for each call.
 */
export type ParentSource = 'kong' | 'client' | 'none';

/** Reads a W3C `traceparent`; undefined when it is not one. */
export function parseTraceparent(value: unknown): ParentContext | undefined {
  if (typeof value !== 'string') return undefined;
  const match = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:$|-)/.exec(value.trim());
  const [, traceId, spanId] = match ?? [];
  if (!traceId || !spanId || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId };
}

/**
 * The parent by the headers of the request.
 *
 * The log entry's `traceparent` is Kong's own exactly where the entry has a trace id of Kong's
 * (`kong/observability/tracing/propagation/init.lua`).
 */
export function parentOf(entry: LogEntry, source: ParentSource): ParentContext | undefined {
  if (source === 'none' || (source === 'client' && entry.traceId !== undefined)) return undefined;
  return parseTraceparent(headerOf(entry.requestHeaders, 'traceparent'));
}
