// Sends spans through the real OTLP exporter, in its own process: the exporter loads node:http with a dynamic
// import, which the module loader of the tests does not support. One job per message; the reply is its result.
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

const PARENT = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  traceFlags: 1,
  isRemote: true,
};

async function sendSpans({ url, spans, headers, resource }) {
  const provider = new BasicTracerProvider({
    sampler: new AlwaysOnSampler(),
    resource: resourceFromAttributes(resource),
    spanProcessors: [
      new SimpleSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces`, headers, compression: 'gzip' })),
    ],
  });
  const tracer = provider.getTracer('test');
  for (const { name, attributes, error } of spans) {
    const startTime = [1_700_000_000, 123_456_789];
    const parent = trace.setSpanContext(ROOT_CONTEXT, PARENT);
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes, startTime }, parent);
    span.addEvent('first chunk', { size: 3 }, [1_700_000_000, 200_000_000]);
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    span.end([1_700_000_001, 933_456_789]);
    // One request for each span, in order.
    await provider.forceFlush();
  }
  await provider.shutdown();
}

process.on('message', (job) => {
  sendSpans(job).then(
    () => process.send({ ok: true }),
    (error) => process.send({ ok: false, error: String(error) }),
  );
});
