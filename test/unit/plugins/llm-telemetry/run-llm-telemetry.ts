import { readConfig } from '../../../../kong/pdk/read-config';
import { log, reads as readsOf } from '../../../../plugins/llm-telemetry/handler';
import { fields } from '../../../../plugins/llm-telemetry/schema';
import { prepare, type State } from '../../../../plugins/llm-telemetry/state';
import type { SpanRecord } from '../../../../plugins/shared/telemetry/spans/span';
import { startedSpanFromShared } from '../../../../plugins/shared/telemetry/spans/started-span';
import { logEntry, sharedCapture, type ExchangeOptions } from '../../../support/exchange';
import { KeptTelemetry } from '../../../support/kept-telemetry';

/** One exchange of a test. */
export interface Exchange extends ExchangeOptions {
  readonly request?: object | string | Buffer;
  readonly response?: string | Buffer | object;
  readonly bound?: number;
  /** False: the Lua functions did not run. */
  readonly captured?: boolean;
  /** What the access phase shared. */
  readonly started?: unknown;
}

/** What a client asks that asks for little. */
export const messages = [{ role: 'user', content: 'hi' }];

/** A piece of a response of OpenAI's chat. */
export const delta = (content: string, finish_reason: string | null = null) => ({
  id: 'c',
  model: 'm',
  choices: [{ index: 0, delta: { content }, finish_reason }],
});

/** One configuration of the plugin, for test exchanges. */
export class TestedPlugin extends KeptTelemetry<State> {
  constructor(config: object = {}, now?: () => number) {
    super((resources) => prepare(readConfig(fields, config as Record<string, unknown>), resources), now);
  }

  async log({ request = '', response = '', bound, captured = true, started, ...options }: Exchange): Promise<void> {
    const bytes = (body: object | string | Buffer): string | Buffer =>
      typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const reads = readsOf(this.state);
    await log(this.state, {
      entry: reads.entry.shape(logEntry(options)),
      capture: reads.capture.shape(captured ? sharedCapture(bytes(request), bytes(response), bound) : undefined),
      started: startedSpanFromShared(started),
    });
  }
}

/** The one span of one exchange. */
export async function spanOfExchange(exchange: Exchange, config: object = {}): Promise<SpanRecord> {
  const plugin = new TestedPlugin(config);
  await plugin.log(exchange);
  expect(plugin.spans).toHaveLength(1);
  return plugin.spans[0]!;
}

/** The span of an exchange has this name and these attributes, those that are undefined not at all. */
export async function expectSpan(exchange: Exchange, name: string, expected: object): Promise<void> {
  const span = await spanOfExchange(exchange);
  expect(span.name).toBe(name);
  const seen = Object.fromEntries(Object.keys(expected).map((key) => [key, span.attributes[key]]));
  expect(seen).toEqual(expected);
  expect(span.error === undefined).toBe(span.attributes['error.type'] === undefined);
  expect(Object.values(span.attributes)).not.toContain(undefined);
}
