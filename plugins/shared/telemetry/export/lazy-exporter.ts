import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

/**
 * An exporter that is loaded with the first batch: loading takes some 70 ms, and programs that only check or describe plugins
 * export nothing. A batch fails if it cannot be loaded.
 */
export class LazyExporter implements SpanExporter {
  private exporter: Promise<SpanExporter> | undefined;

  constructor(private readonly load: () => Promise<SpanExporter>) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter ??= this.load();
    this.exporter.then(
      (exporter) => {
        exporter.export(spans, done);
      },
      (error: unknown) => {
        done({ code: ExportResultCode.FAILED, error: error as Error });
      },
    );
  }

  async shutdown(): Promise<void> {
    const exporter = await this.exporter?.catch(() => undefined);
    await exporter?.shutdown();
  }
}
