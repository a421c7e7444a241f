import { resourceFromAttributes } from '@opentelemetry/resources';
import { RandomIdGenerator, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { OI, SCHEMA_URL } from '../spans/semconv';
import type { SpanRecord } from '../spans/span';
import { BoundedBatches } from './bounded-batches';
import { createExportAgent } from './export-agent';
import type { ExportMetrics } from './export-metrics';
import { LazyExporter } from './lazy-exporter';
import type { QueuedBytes } from './queued-bytes';
import { readableSpanOf, type SpanOrigin } from './readable-span';
import { keepsTrace, samplerOf } from './sampler';
import type { Target } from './target';

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
  const random = new RandomIdGenerator();
  const sampler = samplerOf(target.sampleRate);
  const origin: SpanOrigin = {
    resource: resourceOf(target),
    instrumentationScope: { name: target.serviceName, version: target.serviceVersion, schemaUrl: SCHEMA_URL },
  };
  return {
    record: (span) => {
      const traceId = span.parent?.traceId ?? span.ids?.traceId ?? random.generateTraceId();
      if (!keepsTrace(sampler, traceId)) return;
      const spanId = span.ids?.spanId ?? random.generateSpanId();
      batches.onEnd(readableSpanOf(span, { traceId, spanId }, origin));
    },
    shutdown: async () => {
      await Promise.race([batches.shutdown().catch(ignoreFailedFlush), deadline(SHUTDOWN_MS)]);
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

/** Spans of a failed last flush are already counted. */
const ignoreFailedFlush = (): void => undefined;

const deadline = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
