import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
  type Context,
  type SpanContext,
} from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { OI, SCHEMA_URL } from '../spans/semconv';
import type { ParentContext, SpanRecord } from '../spans/span';
import { BoundedBatches } from './bounded-batches';
import { ChosenIds } from './chosen-ids';
import { createExportAgent } from './export-agent';
import type { ExportMetrics } from './export-metrics';
import { LazyExporter } from './lazy-exporter';
import type { QueuedBytes } from './queued-bytes';
import { samplerOf } from './sampler';
import type { Target } from './target';

/**
 * The SDK cuts spans with more attributes, and attributes with more characters. Its default of 128 attributes is too
 * few for messages. A text that is cut here would be invalid JSON, so the code that writes content has smaller bounds.
 */
const SPAN_LIMITS = { attributeCountLimit: 1024, attributeValueLengthLimit: 524_288 };

/** The maximum time of a shutdown. */
const SHUTDOWN_MS = 3000;

/** Exports spans to one target. */
export interface Pipeline {
  /** Queues the span. Never throws, never waits. */
  record(span: SpanRecord): void;
  /** Exports the queue within {@link SHUTDOWN_MS}; spans that are not exported by then are counted as dropped. */
  shutdown(): Promise<void>;
}

/** Opens a pipeline. It connects when it exports its first batch. */
export function openPipeline(target: Target, metrics: ExportMetrics, bytes: QueuedBytes): Pipeline {
  const batches = new BoundedBatches(new LazyExporter(() => exporterOf(target)), { ...target }, metrics, bytes);
  const chosenIds = new ChosenIds();
  const provider = new BasicTracerProvider({
    idGenerator: chosenIds,
    resource: resourceOf(target),
    sampler: samplerOf(target.sampleRate),
    spanLimits: SPAN_LIMITS,
    spanProcessors: [batches],
  });
  const tracer = provider.getTracer(target.serviceName, target.serviceVersion, { schemaUrl: SCHEMA_URL });
  return {
    record: ({ name, kind, startMs, endMs, attributes, error, ids, parent, link }) => {
      const options = {
        kind: kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL,
        startTime: hrTimeOf(startMs),
        attributes,
        ...(link && { links: [{ context: spanContextOf(link) }] }),
      };
      const span = chosenIds.with(ids, () => tracer.startSpan(name, options, contextOf(parent)));
      if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
      span.end(hrTimeOf(endMs));
    },
    shutdown: async () => {
      await Promise.race([provider.shutdown().catch(ignoreFailedFlush), deadline(SHUTDOWN_MS)]);
      batches.abandon();
    },
  };
}

async function exporterOf({ protocol, ...target }: Target): Promise<SpanExporter> {
  const { url, headers, compression, timeoutMs, projectName } = target;
  const { OTLPTraceExporter: Exporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new Exporter({
    url,
    // Phoenix reads `x-project-name`; older installations read the other one.
    headers: { 'x-project-name': projectName, 'x-phoenix-project-name': projectName, ...headers },
    compression: compression as never,
    timeoutMillis: timeoutMs,
    httpAgentOptions: createExportAgent,
    // A shutdown exports the whole queue at once.
    concurrencyLimit: Math.ceil(target.maxQueueSize / target.maxBatchSize) + 1,
  });
}

const resourceOf = ({ serviceName, serviceVersion, environment, projectName }: Target) =>
  resourceFromAttributes({
    'service.name': serviceName,
    'service.version': serviceVersion,
    'deployment.environment.name': environment,
    'deployment.environment': environment,
    [OI.projectName]: projectName,
    'phoenix.project.name': projectName,
  });

/** Seconds and nanoseconds: the SDK may treat a plain number as an offset from the start of the process. */
const hrTimeOf = (ms: number): [number, number] => {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
};

const contextOf = (parent: ParentContext | undefined): Context =>
  parent ? trace.setSpanContext(ROOT_CONTEXT, spanContextOf(parent)) : ROOT_CONTEXT;

const spanContextOf = ({ traceId, spanId }: ParentContext): SpanContext => ({
  traceId,
  spanId,
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
});

/** Spans of a failed last flush are already counted. */
const ignoreFailedFlush = (): void => undefined;

const deadline = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
