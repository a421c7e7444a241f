import type { Attributes, SpanContext } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { BYTES, FIXED32, FIXED64, ProtobufWriter, VARINT } from './protobuf-writer';

/** Room for the lengths of messages: of attributes, of spans, and of lists of spans. */
const [SMALL, OF_SPAN, OF_SPANS] = [1, 2, 3];

/**
 * Encodes spans as `ExportTraceServiceRequest` (opentelemetry-proto, `collector/trace/v1`): the same bytes as those of the
 * SDK's serializer, which encodes all spans twice, and each key again for every span.
 *
 * @param spans of one resource and scope; without events
 */
export function encodeSpans(spans: readonly ReadableSpan[]): Uint8Array {
  const writer = new ProtobufWriter();
  const [first] = spans;
  if (!first) return writer.finish();
  const { resource, instrumentationScope: scope } = first;
  writer.tag(1, BYTES);
  const resourceSpans = writer.open(OF_SPANS);
  writer.tag(1, BYTES);
  const ofResource = writer.open(OF_SPAN);
  writeAttributes(writer, 1, resource.attributes);
  writeCount(writer, 2, 0);
  writer.close(ofResource, OF_SPAN);
  writer.tag(2, BYTES);
  const scopeSpans = writer.open(OF_SPANS);
  writer.tag(1, BYTES);
  const ofScope = writer.open(SMALL);
  writeText(writer, 1, scope.name);
  if (scope.version) writeText(writer, 2, scope.version);
  writer.close(ofScope, SMALL);
  for (const span of spans) {
    writer.tag(2, BYTES);
    const start = writer.open(OF_SPAN);
    writeSpan(writer, span);
    writer.close(start, OF_SPAN);
  }
  if (scope.schemaUrl) writeText(writer, 3, scope.schemaUrl);
  writer.close(scopeSpans, OF_SPANS);
  writer.close(resourceSpans, OF_SPANS);
  return writer.finish();
}

/** The fields of `Span` (`trace/v1/trace.proto`). */
function writeSpan(writer: ProtobufWriter, span: ReadableSpan): void {
  const context = span.spanContext();
  const { parentSpanContext: parent } = span;
  writeIds(writer, context);
  if (parent) {
    writer.tag(4, BYTES);
    writer.hex(parent.spanId);
  }
  writeText(writer, 5, span.name);
  // 0 is "unspecified".
  writeCount(writer, 6, span.kind + 1);
  writeTime(writer, 7, span.startTime);
  writeTime(writer, 8, span.endTime);
  writeAttributes(writer, 9, span.attributes);
  writeCount(writer, 10, span.droppedAttributesCount);
  writeCount(writer, 12, span.droppedEventsCount);
  for (const { context: linked } of span.links) {
    writer.tag(13, BYTES);
    const start = writer.open(SMALL);
    writeIds(writer, linked);
    writeCount(writer, 5, 0);
    writer.tag(6, FIXED32);
    writer.fixed32(flagsOf(linked, linked.isRemote));
    writer.close(start, SMALL);
  }
  writeCount(writer, 14, span.droppedLinksCount);
  writer.tag(15, BYTES);
  const status = writer.open(SMALL);
  if (span.status.message) writeText(writer, 2, span.status.message);
  writeCount(writer, 3, span.status.code);
  writer.close(status, SMALL);
  writer.longTag(16, FIXED32);
  writer.fixed32(flagsOf(context, parent?.isRemote));
}

function writeIds(writer: ProtobufWriter, { traceId, spanId }: SpanContext): void {
  writer.tag(1, BYTES);
  writer.hex(traceId);
  writer.tag(2, BYTES);
  writer.hex(spanId);
}

/** `SpanFlags`: the flags of W3C, that it is known whether the context is remote, and whether it is. */
const flagsOf = ({ traceFlags }: SpanContext, isRemote: boolean | undefined): number =>
  (traceFlags & 0xff) | 0x100 | (isRemote ? 0x200 : 0);

function writeTime(writer: ProtobufWriter, field: number, [seconds, nanoseconds]: ReadableSpan['startTime']): void {
  writer.tag(field, FIXED64);
  writer.fixed64(BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds));
}

function writeCount(writer: ProtobufWriter, field: number, count: number): void {
  writer.tag(field, VARINT);
  writer.varint(count);
}

function writeText(writer: ProtobufWriter, field: number, text: string): void {
  writer.tag(field, BYTES);
  writer.text(text);
}

function writeAttributes(writer: ProtobufWriter, field: number, attributes: Attributes): void {
  for (const name in attributes) {
    writer.tag(field, BYTES);
    const keyValue = writer.open(SMALL);
    writer.raw(encodedKey(name));
    writer.tag(2, BYTES);
    const value = writer.open(SMALL);
    writeValue(writer, attributes[name]);
    writer.close(value, SMALL);
    writer.close(keyValue, SMALL);
  }
}

/** `AnyValue` (`common/v1/common.proto`). */
function writeValue(writer: ProtobufWriter, value: unknown): void {
  if (typeof value === 'string') writeText(writer, 1, value);
  else if (typeof value === 'boolean') writeCount(writer, 2, value ? 1 : 0);
  else if (typeof value === 'number') writeNumber(writer, value);
  else if (Array.isArray(value)) {
    writer.tag(5, BYTES);
    const list = writer.open(SMALL);
    for (const element of value as unknown[]) {
      writer.tag(1, BYTES);
      const start = writer.open(SMALL);
      writeValue(writer, element);
      writer.close(start, SMALL);
    }
    writer.close(list, SMALL);
  }
}

const MAX_INT64 = 2 ** 63;

function writeNumber(writer: ProtobufWriter, value: number): void {
  if (Number.isInteger(value) && value >= -MAX_INT64 && value < MAX_INT64) {
    writer.tag(3, VARINT);
    writer.int64(value);
  } else {
    writer.tag(4, FIXED64);
    writer.double(value);
  }
}

/** Names of attributes are few, except those with the index of a message. */
const MAX_KEYS = 1000;
const keys = new Map<string, Uint8Array>();

/** The field `key` of `KeyValue`. */
function encodedKey(name: string): Uint8Array {
  const known = keys.get(name);
  if (known) return known;
  const writer = new ProtobufWriter();
  writeText(writer, 1, name);
  const bytes = writer.finish();
  if (keys.size < MAX_KEYS) keys.set(name, bytes);
  return bytes;
}
