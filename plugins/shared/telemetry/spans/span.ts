import type { Attributes } from '@opentelemetry/api';

/** A finished span as a plain value, independent of the OpenTelemetry SDK. */
export interface SpanRecord {
  readonly name: string;
  readonly kind: 'client' | 'internal';
  /** Milliseconds since the epoch, fractions allowed. */
  readonly startMs: number;
  /** Not before `startMs`. */
  readonly endMs: number;
  readonly attributes: Attributes;
  /** The message of an error, redacted and short; undefined without an error. */
  readonly error?: string;
  /** Predefined ids, in the trace of the parent; undefined for random ids. */
  readonly ids?: ParentContext;
  readonly parent?: ParentContext;
  /** A span in another trace to which this span is related. */
  readonly link?: ParentContext;
}

/** The ids of a span. */
export interface ParentContext {
  /** 32 hex digits, not all zero. */
  readonly traceId: string;
  /** 16 hex digits, not all zero. */
  readonly spanId: string;
}
