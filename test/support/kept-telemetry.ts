import { Metrics, type Resources } from '../../kong/pdk';
import { logInto, type LogLine } from '../../kong/testkit/log-lines';
import type { SpanSink } from '../../plugins/shared/telemetry/export/span-sink';
import type { SpanRecord } from '../../plugins/shared/telemetry/spans/span';
import { STARTED_AT } from './exchange';

/** A configuration of a telemetry plugin without an exporter: it keeps the spans that it would send. */
export class KeptTelemetry<State extends { readonly spans: SpanSink }> {
  readonly spans: SpanRecord[] = [];
  readonly projects: (string | undefined)[] = [];
  readonly lines: LogLine[] = [];
  readonly metrics = new Metrics();
  readonly state: State;

  constructor(prepare: (resources: Resources) => State, now = () => STARTED_AT + 500) {
    const prepared = prepare({ metrics: this.metrics, log: logInto(this.lines), now, env: {}, scope: {} });
    const record = (span: SpanRecord, project?: string) => {
      this.spans.push(span);
      this.projects.push(project);
    };
    this.state = { ...prepared, spans: { ...prepared.spans, record } };
  }

  /** The value of a series whose name and labels contain all the given texts. */
  async value(name: string, ...pieces: string[]): Promise<number | undefined> {
    const lines = (await this.metrics.registry.metrics()).split('\n');
    const found = lines.find((line) => line.startsWith(name) && pieces.every((piece) => line.includes(piece)));
    return found === undefined ? undefined : Number(found.slice(found.lastIndexOf(' ')));
  }
}
