import { Metrics } from '../../../../kong/pdk';
import { readConfig } from '../../../../kong/pdk/read-config';
import { exchangeMetricsOf } from '../../../../plugins/mcp-telemetry/exchange-metrics';
import { log, reads } from '../../../../plugins/mcp-telemetry/handler';
import { mcpMetricsOf } from '../../../../plugins/mcp-telemetry/metrics';
import { fields, type Config } from '../../../../plugins/mcp-telemetry/schema';
import { createRedactor } from '../../../../plugins/shared/redact';
import type { SpanRecord } from '../../../../plugins/shared/traces/span';
import { logEntry, sharedCapture, type ExchangeOptions } from '../../../support/exchange';

/** One exchange of a test. */
export interface Exchange extends ExchangeOptions {
  readonly request?: object | string;
  readonly response?: object | string;
  readonly bound?: number;
  readonly captured?: boolean;
  readonly summary?: object;
  readonly denial?: object;
}

/** A plugin without an exporter: what it would send is kept. */
export class Teller {
  readonly spans: SpanRecord[] = [];
  readonly metrics = new Metrics();
  private readonly config: Config;

  constructor(config: object = {}) {
    this.config = readConfig(fields, config as Record<string, unknown>);
  }

  async tell({
    request = '',
    response = '',
    bound,
    captured = true,
    summary,
    denial,
    ...rest
  }: Exchange): Promise<void> {
    const text = (value: object | string): string => (typeof value === 'string' ? value : JSON.stringify(value));
    const state = {
      config: this.config,
      metrics: mcpMetricsOf(this.metrics),
      exchanges: exchangeMetricsOf(this.metrics),
      spans: { record: (span: SpanRecord) => this.spans.push(span), shutdown: () => Promise.resolve() },
      redact: createRedactor(this.config.redact_patterns),
    };
    const options = {
      path: '/mcp',
      contentType: 'application/json',
      service: { name: 'calc', host: 'calc-up', port: 8100 },
    };
    await log(state, {
      entry: reads.entry.shape(logEntry({ ...options, ...rest })),
      capture: reads.capture.shape(captured ? sharedCapture(text(request), text(response), bound) : undefined),
      summary: reads.summary.shape(summary),
      denial: reads.denial.shape(denial),
    });
  }

  /** The value of a series whose name and labels hold all the given pieces. */
  async value(name: string, ...pieces: string[]): Promise<number | undefined> {
    const lines = (await this.metrics.registry.metrics()).split('\n');
    const found = lines.find((line) => line.startsWith(name) && pieces.every((piece) => line.includes(piece)));
    return found === undefined ? undefined : Number(found.slice(found.lastIndexOf(' ')));
  }

  /** What became of the messages, as `method status` with counts above one. */
  async statuses(): Promise<string[]> {
    const text = await this.metrics.registry.metrics();
    return [...text.matchAll(/mcp_gateway_requests_total\{method="(.*)",status="(.*)",namespace=".*"\} (\d+)/g)].map(
      ([, method, status, count]) => `${method!} ${status!}${count === '1' ? '' : ` x${count!}`}`,
    );
  }
}
