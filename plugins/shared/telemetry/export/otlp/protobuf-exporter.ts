import type { OTLPExporterNodeConfigBase } from '@opentelemetry/otlp-exporter-base';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { encodeSpans } from './encode-spans';

/** The SDK's exporter for OTLP over HTTP with protobuf (`@opentelemetry/exporter-trace-otlp-proto`), with {@link encodeSpans}. */
export async function protobufExporter(config: OTLPExporterNodeConfigBase): Promise<SpanExporter> {
  const [{ OTLPExporterBase }, http, { ProtobufTraceSerializer, TraceExporterMetricsHelper }] = await Promise.all([
    import('@opentelemetry/otlp-exporter-base'),
    import('@opentelemetry/otlp-exporter-base/node-http'),
    import('@opentelemetry/otlp-transformer'),
  ]);
  const delegate = http.createOtlpHttpExportDelegate(
    http.convertLegacyHttpOptions(config, 'TRACES', 'v1/traces', { 'Content-Type': 'application/x-protobuf' }),
    { ...ProtobufTraceSerializer, serializeRequest: encodeSpans },
    'otlp_http_span_exporter',
    TraceExporterMetricsHelper,
    undefined,
  );
  return new OTLPExporterBase(delegate);
}
