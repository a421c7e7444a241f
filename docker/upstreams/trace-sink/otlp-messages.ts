import protobuf from 'protobufjs';
import { countMessages } from './count-messages';

// The messages of opentelemetry-proto (trace/v1, common/v1, resource/v1), with the fields that a viewer needs and the
// published field numbers. Other fields are skipped as unknown.
const source = `
  syntax = "proto3";
  message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5;
    fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
    repeated KeyValue attributes = 9; repeated Event events = 11; Status status = 15;
    message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; }
  }
  message Status { string message = 2; int32 code = 3; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue {
    oneof value {
      string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
      ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7;
    }
  }
  message ArrayValue { repeated AnyValue values = 1; }
  message KeyValueList { repeated KeyValue values = 1; }
`;

const request = protobuf.parse(source).root.lookupType('ExportTraceServiceRequest');

/** A value of an attribute: one member is set, none for an empty value. 64-bit integers are decimal text. */
export interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string;
  doubleValue?: number;
  arrayValue?: { values?: AnyValue[] };
  kvlistValue?: { values?: KeyValue[] };
  /** Base64. */
  bytesValue?: string;
}

/** One attribute. */
export interface KeyValue {
  key?: string;
  value?: AnyValue;
}

/** A span on the wire: ids in base64, times in nanoseconds since 1970 as decimal text, absent if unset. */
export interface WireSpan {
  traceId?: string;
  spanId?: string;
  parentSpanId?: string;
  name?: string;
  startTimeUnixNano?: string;
  endTimeUnixNano?: string;
  attributes?: KeyValue[];
  events?: { timeUnixNano?: string; name?: string; attributes?: KeyValue[] }[];
  status?: { message?: string; code?: number };
}

/** The body of `POST /v1/traces`. */
export interface WireRequest {
  resourceSpans?: { resource?: { attributes?: KeyValue[] }; scopeSpans?: { spans?: WireSpan[] }[] }[];
}

/** A decoded request and the number of its messages: spans, attributes, values, events. */
export interface Decoded {
  request: WireRequest;
  messages: number;
}

/**
 * Decodes a request of at most `maxMessages` messages; returns `too_many` or `invalid` otherwise. The protobuf runtime
 * limits nesting (100 levels).
 */
export function decodeRequest(bytes: Uint8Array, maxMessages: number): Decoded | 'too_many' | 'invalid' {
  try {
    const messages = countMessages(request, bytes, maxMessages);
    if (messages > maxMessages) return 'too_many';
    return { request: request.toObject(request.decode(bytes), { longs: String, bytes: String }), messages };
  } catch {
    return 'invalid';
  }
}
