import { Metrics } from '../../../../kong/pdk';
import { readConfig } from '../../../../kong/pdk/read-config';
import { log, reads } from '../../../../plugins/llm-telemetry/handler';
import { llmMetricsOf } from '../../../../plugins/llm-telemetry/metrics';
import { fields, type Config } from '../../../../plugins/llm-telemetry/schema';
import { createRedactor } from '../../../../plugins/shared/redact';
import type { SpanRecord } from '../../../../plugins/shared/traces/span';
import { logEntry, sharedCapture, type ExchangeOptions } from '../../../support/exchange';

/** One exchange of a test. */
export interface Exchange extends ExchangeOptions {
  readonly request?: object | string | Buffer;
  readonly response?: string | Buffer | object;
  readonly bound?: number;
  /** False: the Lua functions did not run. */
  readonly captured?: boolean;
}

/** A plugin without an exporter: what it would send is kept. */
export class Teller {
  readonly spans: SpanRecord[] = [];
  readonly metrics = new Metrics();
  private readonly config: Config;

  constructor(config: object = {}) {
    this.config = readConfig(fields, config as Record<string, unknown>);
  }

  async tell({ request = '', response = '', bound, captured = true, ...options }: Exchange): Promise<void> {
    const bytes = (body: object | string | Buffer): string | Buffer =>
      typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const state = {
      config: this.config,
      metrics: llmMetricsOf(this.metrics),
      spans: { record: (span: SpanRecord) => this.spans.push(span), shutdown: () => Promise.resolve() },
      redact: createRedactor(this.config.redact_patterns),
    };
    await log(state, {
      entry: reads.entry.shape(logEntry(options)),
      capture: reads.capture.shape(captured ? sharedCapture(bytes(request), bytes(response), bound) : undefined),
    });
  }

  /** The value of a series whose name and labels hold all the given pieces. */
  async value(name: string, ...pieces: string[]): Promise<number | undefined> {
    const lines = (await this.metrics.registry.metrics()).split('\n');
    const found = lines.find((line) => line.startsWith(name) && pieces.every((piece) => line.includes(piece)));
    return found === undefined ? undefined : Number(found.slice(found.lastIndexOf(' ')));
  }
}

/** The one span of one exchange. */
export async function spanOfExchange(exchange: Exchange, config: object = {}): Promise<SpanRecord> {
  const teller = new Teller(config);
  await teller.tell(exchange);
  expect(teller.spans).toHaveLength(1);
  return teller.spans[0]!;
}
