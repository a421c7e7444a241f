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
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the SDK's exporters read their options and environment with it
  const options = http.convertLegacyHttpOptions(config, 'TRACES', 'v1/traces', {
    'Content-Type': 'application/x-protobuf',
  });
  const delegate = http.createOtlpHttpExportDelegate(
    options,
    { ...ProtobufTraceSerializer, serializeRequest: encodeSpans },
    'otlp_http_span_exporter',
    TraceExporterMetricsHelper,
    undefined,
  );
  return new OTLPExporterBase(delegate);
}
