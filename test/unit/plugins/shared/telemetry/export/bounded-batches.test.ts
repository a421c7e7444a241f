import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { BoundedBatches } from '../../../../../../plugins/shared/telemetry/export/bounded-batches';
import { QueuedBytes } from '../../../../../../plugins/shared/telemetry/export/queued-bytes';

const span = (text: string): ReadableSpan =>
  ({
    attributes: { 'input.value': text, list: ['a', 'b'], count: 1 },
    spanContext: () => ({ traceFlags: 1 }),
    resource: { asyncAttributesPending: false },
  }) as never;

/** Batches to a collector that responds on request. */
function open(bytes: QueuedBytes) {
  const responses: ((result: ExportResult) => void)[] = [];
  const dropped: string[] = [];
  const exporter: SpanExporter = { export: (_, done) => void responses.push(done), shutdown: () => Promise.resolve() };
  const bounds = { maxQueueSize: 1000, maxBatchSize: 1000, delayMs: 1000, timeoutMs: 10_000 };
  const metrics = {
    exported: () => undefined,
    failed: () => undefined,
    dropped: (spans: number, reason: string) => void dropped.push(...Array.from({ length: spans }, () => reason)),
  };
  return { batches: new BoundedBatches(exporter, bounds, metrics, bytes), responses, dropped };
}

it('the queued spans of all configurations use bounded memory, however large clients make them', async () => {
  const bytes = new QueuedBytes(100_000);
  const [one, two] = [open(bytes), open(bytes)];
  for (let i = 0; i < 10; i++) (i % 2 ? one : two).batches.onEnd(span('x'.repeat(10_000)));
  expect([...one.dropped, ...two.dropped]).toEqual(Array.from({ length: 6 }, () => 'queue_full'));

  const flushed = one.batches.forceFlush();
  one.batches.onEnd(span('x'.repeat(10_000)));
  expect(one.dropped).toHaveLength(4);
  one.responses[0]!({ code: ExportResultCode.SUCCESS });
  await flushed;
  one.batches.onEnd(span('x'.repeat(10_000)));
  expect(one.dropped).toHaveLength(4);
});
