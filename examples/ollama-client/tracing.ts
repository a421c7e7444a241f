import type { Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

/** Where the spans of this program go. */
export interface TracingOptions {
  /** The OTLP endpoint of Phoenix behind the gateway, such as `http://127.0.0.1:8000/phoenix/v1/traces`. */
  readonly url: string;
  /** The project in Phoenix; that of the gateway, so that a trace is in one project. */
  readonly project: string;
}

/** A tracer, and how to send its last spans. */
export interface Tracing {
  readonly tracer: Tracer;
  /** Sends the spans that wait; call it before the program ends. */
  end(): Promise<void>;
}

/** Exports spans in batches to Phoenix. */
export function startTracing({ url, project }: TracingOptions): Tracing {
  const exporter = new OTLPTraceExporter({
    url,
    // Phoenix reads the first one; older guides have the second one.
    headers: { 'x-project-name': project, 'x-phoenix-project-name': project },
    timeoutMillis: 5_000,
  });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'ollama-client', 'openinference.project.name': project }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  return { tracer: provider.getTracer('ollama-client'), end: () => provider.shutdown() };
}
