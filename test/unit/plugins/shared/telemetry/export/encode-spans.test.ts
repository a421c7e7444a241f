import type { AttributeValue } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import { encodeSpans } from '../../../../../../plugins/shared/telemetry/export/otlp/encode-spans';
import { readableSpanOf, type SpanOrigin } from '../../../../../../plugins/shared/telemetry/export/readable-span';

const ids = (digit: string) => ({ traceId: digit.repeat(32), spanId: digit.repeat(16) });
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ maxLength: 300 }),
  // Around the bounds of a longer length, in ASCII and beyond it, and with lone surrogates.
  fc
    .tuple(fc.constantFrom('a', '\u00e4', '\u20ac', '\ud83d\ude00', '\ud800'), fc.integer({ min: 40, max: 140 }))
    .map(([one, count]) => one.repeat(count)),
  fc
    .tuple(fc.constantFrom('a', '\u00e4'), fc.integer({ min: 16_370, max: 16_390 }))
    .map(([one, count]) => one.repeat(count)),
);
const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  text,
  fc.boolean(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  fc.constantFrom(0, -1, 127, 128, 2 ** 53, 2 ** 62, -(2 ** 63), 2 ** 63, 0.5),
  fc.array(text, { maxLength: 4 }),
  fc.array(fc.integer(), { maxLength: 40 }),
);
const record = fc.record(
  {
    name: text,
    kind: fc.constantFrom('client', 'internal'),
    startMs: fc.double({ min: 0, max: 4e12, noNaN: true }),
    endMs: fc.double({ min: 4e12, max: 8e12, noNaN: true }),
    attributes: fc.dictionary(fc.string({ minLength: 1 }), value, { maxKeys: 8, noNullPrototype: true }),
    error: text,
    parent: fc.constant(ids('c')),
    link: fc.constant(ids('d')),
  },
  { requiredKeys: ['name', 'kind', 'startMs', 'endMs', 'attributes'] },
);
const origin: SpanOrigin = {
  resource: resourceFromAttributes({ 'service.name': 's\u00e4', long: 'x'.repeat(200) }),
  instrumentationScope: { name: 'scope', version: '1', schemaUrl: 'https://s' },
};
const encodedBySdk = (spans: ReadableSpan[]) => Buffer.from(ProtobufTraceSerializer.serializeRequest(spans) ?? []);

it('encodes spans in the same bytes as the serializer of the SDK', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 5 }), (records) => {
      const spans = records.map((one) => readableSpanOf(one, ids('a'), origin));
      expect(Buffer.from(encodeSpans(spans)).equals(encodedBySdk(spans))).toBe(true);
    }),
  );
});

it('encodes batches of any size, and more than one after the other', () => {
  const attributes = { text: '\u20ac'.repeat(200_000) };
  const span = readableSpanOf({ name: 'n', kind: 'client', startMs: 0, endMs: 1, attributes }, ids('a'), origin);
  for (const count of [1, 5, 1]) {
    const spans = Array.from({ length: count }, () => span);
    expect(Buffer.from(encodeSpans(spans)).equals(encodedBySdk(spans))).toBe(true);
  }
  expect(encodeSpans([])).toHaveLength(0);
});
