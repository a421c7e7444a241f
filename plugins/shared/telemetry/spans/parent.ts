import { headerOf, type LogEntry } from '../log-entry';
import type { ParentContext } from './span';

/**
 * The source of a span's parent. `kong`: the `traceparent` that the upstream received, which is Kong's own span if a
 * tracing plugin runs. `client`: only a `traceparent` from the client, for when Kong's spans are not exported. `none`:
 * no parent, each span starts a trace.
 */
export type ParentSource = 'kong' | 'client' | 'none';

/** Parses a W3C `traceparent`; undefined if it is not valid. */
export function parseTraceparent(value: unknown): ParentContext | undefined {
  if (typeof value !== 'string') return undefined;
  const match = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:$|-)/.exec(value.trim());
  const [, traceId, spanId] = match ?? [];
  if (!traceId || !spanId || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId };
}

/**
 * The parent in the headers of a request.
 *
 * The log entry's `traceparent` is Kong's own if and only if the entry has a trace id from Kong
 * (`kong/observability/tracing/propagation/init.lua`).
 */
export function parentOf(entry: LogEntry, source: ParentSource): ParentContext | undefined {
  if (source === 'none' || (source === 'client' && entry.traceId !== undefined)) return undefined;
  return parseTraceparent(headerOf(entry.requestHeaders, 'traceparent'));
}
