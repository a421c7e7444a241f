import type { Attributes } from '@opentelemetry/api';

/** A finished span as a plain value: what a core decides, before any library sees it. */
export interface SpanRecord {
  readonly name: string;
  readonly kind: 'client' | 'internal';
  /** Milliseconds since the epoch, fractions allowed. */
  readonly startMs: number;
  /** Not before `startMs`. */
  readonly endMs: number;
  readonly attributes: Attributes;
  /** The message of an error, already redacted and short; undefined: no error. */
  readonly error?: string;
  /** Its own ids, where they were given out before; random ones otherwise. In the parent's trace. */
  readonly ids?: ParentContext;
  readonly parent?: ParentContext;
  /** Another trace that this span belongs to as well. */
  readonly link?: ParentContext;
}

/** Where a span hangs in a trace. */
export interface ParentContext {
  /** 32 hex digits, not all zero. */
  readonly traceId: string;
  /** 16 hex digits, not all zero. */
  readonly spanId: string;
}
