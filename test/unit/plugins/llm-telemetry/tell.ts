import { Metrics } from '../../../../kong/pdk';
import { readConfig } from '../../../../kong/pdk/read-config';
import { log, reads } from '../../../../plugins/llm-telemetry/handler';
import { fields } from '../../../../plugins/llm-telemetry/schema';
import { prepare, type State } from '../../../../plugins/llm-telemetry/state';
import type { SpanRecord } from '../../../../plugins/shared/traces/span';
import { logEntry, sharedCapture, STARTED_AT, type ExchangeOptions } from '../../../support/exchange';
import { logInto, type LogLine } from '../../../support/log-lines';

/** One exchange of a test. */
export interface Exchange extends ExchangeOptions {
  readonly request?: object | string | Buffer;
  readonly response?: string | Buffer | object;
  readonly bound?: number;
  /** False: the Lua functions did not run. */
  readonly captured?: boolean;
  /** What the access phase shared. */
  readonly begun?: unknown;
}

/** A plugin without an exporter: what it would send is kept. */
export class Teller {
  readonly spans: SpanRecord[] = [];
  readonly projects: (string | undefined)[] = [];
  readonly lines: LogLine[] = [];
  readonly metrics = new Metrics();
  readonly state: State;

  constructor(config: object = {}, now = () => STARTED_AT + 500) {
    const prepared = prepare(readConfig(fields, config as Record<string, unknown>), {
      metrics: this.metrics,
      log: logInto(this.lines),
      now,
      env: {},
      scope: {},
    });
    const record = (span: SpanRecord, project?: string) => {
      this.spans.push(span);
      this.projects.push(project);
    };
    this.state = { ...prepared, spans: { ...prepared.spans, record } };
  }

  async tell({ request = '', response = '', bound, captured = true, begun, ...options }: Exchange): Promise<void> {
    const bytes = (body: object | string | Buffer): string | Buffer =>
      typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    await log(this.state, {
      entry: reads.entry.shape(logEntry(options)),
      capture: reads.capture.shape(captured ? sharedCapture(bytes(request), bytes(response), bound) : undefined),
      begun: reads.begun.shape(begun),
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
