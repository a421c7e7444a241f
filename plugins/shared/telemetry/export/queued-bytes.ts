import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** The default bound: of all queues of a process, whatever the number of configurations, projects and collectors. */
export const MAX_QUEUED_BYTES = 33_554_432;

/** A span without attributes, and an attribute without its value: estimates of what V8 takes. */
const SPAN_BYTES = 1024;
const ATTRIBUTE_BYTES = 64;
const CHARACTER_BYTES = 2;

/** The bytes that spans hold which no collector has taken yet: a client chooses how many there are, and how large. */
export class QueuedBytes {
  private held = 0;

  constructor(private readonly max = MAX_QUEUED_BYTES) {}

  /** Takes room for a span; false where there is none. */
  take(span: ReadableSpan): boolean {
    const bytes = bytesOf(span);
    if (this.held + bytes > this.max) return false;
    this.held += bytes;
    return true;
  }

  /** Gives back what these spans took. */
  release(spans: readonly ReadableSpan[]): void {
    for (const span of spans) this.held -= bytesOf(span);
  }
}

function bytesOf({ attributes }: ReadableSpan): number {
  let bytes = SPAN_BYTES;
  for (const name in attributes) {
    const value = attributes[name];
    bytes += ATTRIBUTE_BYTES + (typeof value === 'string' ? value.length * CHARACTER_BYTES : lengthOf(value));
  }
  return bytes;
}

function lengthOf(value: unknown): number {
  if (!Array.isArray(value)) return 0;
  return (value as unknown[]).reduce<number>(
    (sum, one) => sum + 8 + (typeof one === 'string' ? one.length * CHARACTER_BYTES : 0),
    0,
  );
}
