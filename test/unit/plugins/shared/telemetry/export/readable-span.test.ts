import type { Attributes } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { readableSpanOf, SPAN_LIMITS } from '../../../../../../plugins/shared/telemetry/export/readable-span';
import type { SpanRecord } from '../../../../../../plugins/shared/telemetry/spans/span';

const origin = { resource: resourceFromAttributes({}), instrumentationScope: { name: 'scope' } };
const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
const spanOf = (attributes: Attributes, more: Partial<SpanRecord> = {}) =>
  readableSpanOf({ name: 'n', kind: 'client', startMs: 1500.25, endMs: 2750, attributes, ...more }, ids, origin);

describe('a span for the exporters', () => {
  it('has the times in seconds and nanoseconds, and the ids', () => {
    const span = spanOf({});
    expect([span.startTime, span.endTime, span.duration]).toEqual([
      [1, 500_250_000],
      [2, 750_000_000],
      [1, 249_750_000],
    ]);
    expect(span.spanContext()).toEqual({ ...ids, traceFlags: 1 });
    expect(span.status).toEqual({ code: 0 });
    expect(spanOf({}, { error: 'failed' }).status).toEqual({ code: 2, message: 'failed' });
  });

  it('keeps its attributes as they are within the limits', () => {
    const attributes = { a: 'x', b: [1, 2], c: false };
    expect(spanOf(attributes).attributes).toBe(attributes);
  });

  it('drops attributes beyond the limit, and counts them', () => {
    const many = Object.fromEntries(Array.from({ length: SPAN_LIMITS.attributes + 3 }, (_, index) => [`a${index}`, 1]));
    const span = spanOf(many);
    expect(Object.keys(span.attributes)).toHaveLength(SPAN_LIMITS.attributes);
    expect(span.droppedAttributesCount).toBe(3);
  });

  it('cuts a text that is too long, and leaves out what is undefined', () => {
    const span = spanOf({ long: 'x'.repeat(SPAN_LIMITS.characters + 1), none: undefined, short: 'y' });
    expect(span.attributes).toEqual({ long: 'x'.repeat(SPAN_LIMITS.characters), short: 'y' });
    expect(span.droppedAttributesCount).toBe(0);
  });
});
