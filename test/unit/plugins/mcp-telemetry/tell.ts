import { Metrics } from '../../../../kong/pdk';
import { readConfig } from '../../../../kong/pdk/read-config';
import { log, reads } from '../../../../plugins/mcp-telemetry/handler';
import { fields } from '../../../../plugins/mcp-telemetry/schema';
import { prepare, type State } from '../../../../plugins/mcp-telemetry/state';
import type { SpanRecord } from '../../../../plugins/shared/traces/span';
import { logEntry, sharedCapture, STARTED_AT, type ExchangeOptions } from '../../../support/exchange';
import { logInto, type LogLine } from '../../../support/log-lines';

/** One exchange of a test. */
export interface Exchange extends ExchangeOptions {
  readonly request?: object | string;
  readonly response?: object | string;
  readonly bound?: number;
  /** False: the client left before the end. */
  readonly complete?: boolean;
  readonly captured?: boolean;
  readonly summary?: object;
  readonly denial?: object;
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

  async tell({
    request = '',
    response = '',
    bound,
    complete,
    captured = true,
    summary,
    denial,
    begun,
    ...rest
  }: Exchange): Promise<void> {
    const text = (value: object | string): string => (typeof value === 'string' ? value : JSON.stringify(value));
    const options = {
      path: '/mcp',
      contentType: 'application/json',
      service: { name: 'calc', host: 'calc-up', port: 8100 },
    };
    await log(this.state, {
      entry: reads.entry.shape(logEntry({ ...options, ...rest })),
      capture: reads.capture.shape(
        captured ? sharedCapture(text(request), text(response), bound, complete) : undefined,
      ),
      summary: reads.summary.shape(summary),
      denial: reads.denial.shape(denial),
      begun: reads.begun.shape(begun),
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
