import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { ExportMetrics } from './export-metrics';
import { failureCode } from './failure-code';
import { QueuedBytes } from './queued-bytes';

/** The bounds of a queue of spans. */
export interface BatchBounds {
  readonly maxQueueSize: number;
  readonly maxBatchSize: number;
  readonly delayMs: number;
  /** The time for one batch, retries included. */
  readonly timeoutMs: number;
}

/**
 * Queues finished spans and exports them in batches; counts each span once, as exported, failed or dropped.
 *
 * The SDK's processor drops spans silently when its queue is full, and waits forever for an export that never calls
 * back. So the bounds are enforced here, the one of bytes together with all other queues of the process, and every
 * export has a deadline.
 */
export class BoundedBatches implements SpanProcessor {
  private readonly batches: BatchSpanProcessor;
  private queued = 0;
  private underWay = 0;
  private closed = false;
  private abandoned = false;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly bounds: BatchBounds,
    private readonly metrics: ExportMetrics,
    private readonly bytes = new QueuedBytes(),
  ) {
    this.batches = new BatchSpanProcessor(
      {
        export: (spans, done) => {
          this.export(spans, done);
        },
        shutdown: () => exporter.shutdown(),
      },
      {
        maxQueueSize: bounds.maxQueueSize,
        maxExportBatchSize: Math.min(bounds.maxBatchSize, bounds.maxQueueSize),
        scheduledDelayMillis: bounds.delayMs,
        // Later than the deadline in this class, so that the latter is used.
        exportTimeoutMillis: bounds.timeoutMs + 1000,
      },
    );
  }

  onStart(): void {
    // A span is already finished when it is created.
  }

  onEnd(span: ReadableSpan): void {
    if (this.closed) this.metrics.dropped(1, 'shutdown');
    else if (this.queued >= this.bounds.maxQueueSize || !this.bytes.take(span)) this.metrics.dropped(1, 'queue_full');
    else {
      this.queued++;
      this.batches.onEnd(span);
    }
  }

  forceFlush(): Promise<void> {
    return this.batches.forceFlush();
  }

  /** Exports the queue; spans that are added later are counted as dropped. */
  shutdown(): Promise<void> {
    this.closed = true;
    return this.batches.shutdown();
  }

  /** Counts all spans that are not exported yet as dropped, after a shutdown that took too long. */
  abandon(): void {
    this.closed = true;
    this.abandoned = true;
    const lost = this.queued + this.underWay;
    if (lost > 0) this.metrics.dropped(lost, 'shutdown');
  }

  private export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.queued -= spans.length;
    this.underWay += spans.length;
    let settled = false;
    const settle: typeof done = (result) => {
      if (settled) return;
      settled = true;
      clearTimeout(deadline);
      this.underWay -= spans.length;
      this.bytes.release(spans);
      if (!this.abandoned) this.count(spans.length, result);
      done(result);
    };
    const deadline = setTimeout(() => {
      settle({ code: ExportResultCode.FAILED, error: new Error('Export timed out') });
    }, this.bounds.timeoutMs);
    deadline.unref();
    this.exporter.export(spans, settle);
  }

  private count(spans: number, { code, error }: ExportResult): void {
    if (code === ExportResultCode.SUCCESS) this.metrics.exported(spans);
    else this.metrics.failed(spans, failureCode(error));
  }
}
