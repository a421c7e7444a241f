import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/**
 * The default bound for all queues of a process together, whatever the number of configurations, projects and
 * collectors.
 */
export const MAX_QUEUED_BYTES = 33_554_432;

/** Estimates of the memory that V8 uses: for a span without attributes, and for an attribute without its value. */
const SPAN_BYTES = 1024;
const ATTRIBUTE_BYTES = 64;
const CHARACTER_BYTES = 2;

/** Bounds the memory of the spans that are not exported yet: clients choose their number and size. */
export class QueuedBytes {
  private reserved = 0;
  private readonly taken = new Map<ReadableSpan, number>();

  constructor(private readonly max = MAX_QUEUED_BYTES) {}

  /** Reserves memory for a span; false if the bound is reached. */
  take(span: ReadableSpan): boolean {
    const bytes = bytesOf(span);
    if (this.reserved + bytes > this.max) return false;
    this.reserved += bytes;
    this.taken.set(span, bytes);
    return true;
  }

  /** Releases the memory of these spans. */
  release(spans: readonly ReadableSpan[]): void {
    for (const span of spans) {
      this.reserved -= this.taken.get(span) ?? 0;
      this.taken.delete(span);
    }
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
