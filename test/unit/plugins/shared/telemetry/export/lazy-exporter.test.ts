import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { LazyExporter } from '../../../../../../plugins/shared/telemetry/export/lazy-exporter';

const exportWith = (exporter: SpanExporter, spans: ReadableSpan[] = []): Promise<ExportResult> =>
  new Promise((resolve) => {
    exporter.export(spans, resolve);
  });

it('loads its exporter once, with the first batch', async () => {
  const batches: ReadableSpan[][] = [];
  let loads = 0;
  let isShutDown = false;
  const lazy = new LazyExporter(() => {
    loads += 1;
    return Promise.resolve({
      export: (spans: ReadableSpan[], done: (result: ExportResult) => void) => {
        batches.push(spans);
        done({ code: ExportResultCode.SUCCESS });
      },
      shutdown: () => {
        isShutDown = true;
        return Promise.resolve();
      },
    });
  });
  expect(loads).toBe(0);
  const spans = [{ name: 'one' }, { name: 'two' }] as ReadableSpan[];
  const results = await Promise.all([exportWith(lazy, [spans[0]!]), exportWith(lazy, [spans[1]!])]);
  expect(results).toEqual([{ code: ExportResultCode.SUCCESS }, { code: ExportResultCode.SUCCESS }]);
  expect(batches).toEqual([[spans[0]], [spans[1]]]);
  expect(loads).toBe(1);
  await lazy.shutdown();
  expect(isShutDown).toBe(true);
});

it('fails a batch when the exporter cannot be loaded, and ends all the same', async () => {
  const error = new Error('not there');
  const lazy = new LazyExporter(() => Promise.reject(error));
  expect(await exportWith(lazy)).toEqual({ code: ExportResultCode.FAILED, error });
  await lazy.shutdown();
});

it('ends without a batch, and loads nothing', async () => {
  await new LazyExporter(() => Promise.reject(new Error('loaded'))).shutdown();
});
