import { Headers, Metrics, type FactsOf, type Log, type Outcome, type Reject } from '../../kong/pdk';
import { readConfig } from '../../kong/pdk/read-config';
import { access, isBodyNeeded, type accessReads, type bodyReads } from '../../plugins/mcp-tool-rate-limit/handler';
import { fields } from '../../plugins/mcp-tool-rate-limit/schema';
import { dispose, prepare, type State } from '../../plugins/mcp-tool-rate-limit/state';

/** All facts that the limiter reads, including the body. */
export type LimiterFacts = FactsOf<ReturnType<typeof accessReads>> & FactsOf<typeof bodyReads>;

type Entry = readonly [message: string, fields: object];

/** One configuration of the limiter; calls the handler as the plugin server does. */
export class TestLimiter {
  private constructor(
    private readonly state: State,
    readonly metrics: Metrics,
    readonly logged: readonly Entry[],
  ) {}

  static async start(config: Record<string, unknown>, metrics = new Metrics()): Promise<TestLimiter> {
    const logged: Entry[] = [];
    const keep = (given: object, message: string): void => void logged.push([message, given]);
    const log: Log = { debug: keep, info: keep, warn: keep, error: keep };
    const resources = { metrics, log, now: Date.now, env: {}, scope: { routeId: 'route' } };
    return new TestLimiter(await prepare(readConfig(fields, config), resources), metrics, logged);
  }

  async ask(facts: Partial<LimiterFacts> & { readonly json?: unknown }): Promise<Outcome> {
    const all = limiterFacts(facts);
    return access(this.state, all, isBodyNeeded(all) ? all : undefined);
  }

  /** Calls a tool once; true if the call passes. */
  async call(name: string, facts: Partial<LimiterFacts> = {}): Promise<boolean> {
    return (await this.ask({ ...facts, json: toolCall(name) })).kind === 'proceed';
  }

  /** The value of a sample by its name and a part of its text; undefined without one. */
  async value(name: string, labels = ''): Promise<number | undefined> {
    const lines = (await this.metrics.registry.metrics()).split('\n');
    const line = lines.find(
      (one) => (one.startsWith(`${name}{`) || one.startsWith(`${name} `)) && one.includes(labels),
    );
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
  }

  async sum(name: string): Promise<number> {
    const lines = (await this.metrics.registry.metrics()).split('\n').filter((one) => /^(\w+)/.exec(one)?.[1] === name);
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  close(): Promise<void> {
    return dispose(this.state);
  }
}

/** The facts of a POST from one address; `json` is its body. */
export function limiterFacts({ json, ...facts }: Partial<LimiterFacts> & { readonly json?: unknown }): LimiterFacts {
  return {
    method: 'POST',
    headers: Headers.from({ 'content-type': 'application/json' }),
    body: {
      kind: 'bytes',
      bytes: Buffer.from(typeof json === 'string' ? json : JSON.stringify(json ?? toolCall('add'))),
    },
    consumer: undefined,
    credentialId: undefined,
    ip: '192.0.2.1',
    service: 'py-calculator',
    summary: undefined,
    ...facts,
  };
}

/** A `tools/call` message; `id` undefined makes it a notification. */
export const toolCall = (name: string, id: unknown = 1): object => ({
  jsonrpc: '2.0',
  ...(id !== undefined && { id }),
  method: 'tools/call',
  params: { name, arguments: {} },
});

/** The outcome as a rejection with its body parsed. Throws if the request passed. */
export function rejection(outcome: Outcome): Omit<Reject, 'body'> & { readonly body: unknown } {
  if (outcome.kind !== 'reject') throw new Error('the request passed');
  return { ...outcome, body: JSON.parse(outcome.body) as unknown };
}
