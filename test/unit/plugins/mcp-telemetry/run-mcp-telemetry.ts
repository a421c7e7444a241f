import { readUpstreamHealth } from '../../../../kong/pdk';
import { readConfig } from '../../../../kong/pdk/read-config';
import { log, reads as readsOf } from '../../../../plugins/mcp-telemetry/handler';
import { fields } from '../../../../plugins/mcp-telemetry/schema';
import { prepare, type State } from '../../../../plugins/mcp-telemetry/state';
import { identityFromShared } from '../../../../plugins/shared/mcp/identity';
import { startedSpanFromShared } from '../../../../plugins/shared/telemetry/spans/started-span';
import { logEntry, sharedCapture, type ExchangeOptions } from '../../../support/exchange';
import { KeptTelemetry } from '../../../support/kept-telemetry';

/** One exchange of a test. */
export interface Exchange extends ExchangeOptions {
  readonly request?: object | string;
  readonly response?: object | string;
  readonly bound?: number;
  /** False: the client left before the end. */
  readonly complete?: boolean;
  /** False: the Lua functions did not run. */
  readonly captured?: boolean;
  readonly summary?: object;
  readonly denial?: object;
  /** What mcp-auth shared. */
  readonly identity?: object;
  /** What the access phase shared. */
  readonly started?: unknown;
}

/** One configuration of the plugin, for test exchanges. */
export class TestedPlugin extends KeptTelemetry<State> {
  constructor(config: object = {}, now?: () => number) {
    super(
      (resources) => prepare(readConfig(fields, config as Record<string, unknown>), resources, readUpstreamHealth),
      now,
    );
  }

  async log({
    request = '',
    response = '',
    bound,
    complete,
    captured = true,
    summary,
    denial,
    identity,
    started,
    ...rest
  }: Exchange): Promise<void> {
    const text = (value: object | string): string => (typeof value === 'string' ? value : JSON.stringify(value));
    const options = {
      path: '/mcp',
      contentType: 'application/json',
      service: { name: 'calc', host: 'calc-up', port: 8100 },
    };
    const reads = readsOf(this.state);
    await log(this.state, {
      entry: reads.entry.shape(logEntry({ ...options, ...rest })),
      capture: reads.capture.shape(
        captured ? sharedCapture(text(request), text(response), bound, complete) : undefined,
      ),
      summary: reads.summary.shape(summary),
      denial: reads.denial.shape(denial),
      identity: identityFromShared(identity),
      started: startedSpanFromShared(started),
    });
  }

  /** The outcomes of the messages, as `method status` with counts above one. */
  async statuses(): Promise<string[]> {
    const text = await this.metrics.registry.metrics();
    return [...text.matchAll(/mcp_gateway_requests_total\{method="(.*)",status="(.*)",namespace=".*"\} (\d+)/g)].map(
      ([, method, status, count]) => `${method!} ${status!}${count === '1' ? '' : ` x${count!}`}`,
    );
  }
}
