import type { Consumer, KongRead, Outcome, PdkEffect, Plugin } from '../../kong/pdk';
import { effectsOf } from '../../kong/pdk/effects';
import type { Configuration } from '../../kong/plugin-server/configurations';
import type { Fetch } from '../../kong/plugin-server/event-facts';
import { planOf } from '../../kong/plugin-server/event-plan';
import { runParts } from '../../kong/plugin-server/run-parts';

/** What a client sends. */
export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
}

/** The values that plain reads return for every request. */
const CONSTANTS: Readonly<Record<string, unknown>> = {
  'kong.client.get_forwarded_ip': '192.0.2.1',
  'kong.request.get_raw_query': '',
  'kong.router.get_service': { id: 's', name: 'calc' },
};

/** One request as Kong holds it while plugins run: reads return its state, effects change it. */
export class KongRequest {
  private readonly shared = new Map<string, unknown>();
  private readonly headers: Map<string, unknown>;
  private readonly responseHeaders: Record<string, unknown> = {};
  private body: Uint8Array;
  private exit: object | undefined;
  private consumer: object = {};
  private credential: object = {};

  constructor(private readonly sent: SentRequest) {
    this.headers = new Map(Object.entries(sent.headers));
    this.body = Buffer.from(sent.body);
  }

  /** Runs the access event of a plugin: the reads return the state before it, the effects are applied after it. */
  async runAccess(configuration: Configuration): Promise<void> {
    if (this.exit) return;
    const fetch: Fetch = (batch) => {
      const values = batch.map((read) => structuredClone(this.valueOf(read)));
      return Promise.resolve({ valueAt: (index) => values[index] });
    };
    const results = await runParts(planOf(configuration, 'access'), 'access', fetch, (outcome) => outcome);
    for (const { applied } of results) this.apply(applied);
  }

  /** All that the client, the upstream and later plugins can see. */
  get state(): object {
    const { shared, headers, responseHeaders, body, exit, consumer, credential } = this;
    return {
      shared: Object.fromEntries(shared),
      headers: Object.fromEntries(headers),
      responseHeaders,
      body: String(Buffer.from(body)),
      exit,
      consumer,
      credential,
    };
  }

  private valueOf({ method, argument }: KongRead<unknown>): unknown {
    const values: Readonly<Partial<Record<typeof method, unknown>>> = {
      'kong.client.get_consumer': this.consumer,
      'kong.client.get_credential': this.credential,
      'kong.client.load_consumer': argument === 'ann' ? ANN : {},
      'kong.request.get_method': this.sent.method,
      'kong.request.get_path': this.sent.path,
      'kong.request.get_headers': Object.fromEntries(this.headers),
      'kong.request.get_raw_body': { kind: 'bytes', bytes: this.body },
      'kong.nginx.get_var': argument === 'upstream_uri' ? this.sent.path : 'request-id',
      'kong.ctx.shared.get': this.shared.get(String(argument)),
    };
    return method in values ? values[method] : CONSTANTS[method];
  }

  private apply(outcome: Outcome): void {
    for (const effect of effectsOf(outcome)) this.applyOne(effect);
  }

  private applyOne(effect: PdkEffect): void {
    switch (effect.method) {
      case 'kong.client.authenticate':
        this.consumer = consumerOf(effect.consumer);
        this.credential = { ...effect.credential };
        break;
      case 'kong.ctx.shared.set':
        this.shared.set(effect.key, effect.value);
        break;
      case 'kong.response.set_headers':
        Object.assign(this.responseHeaders, lowerCase(effect.headers));
        break;
      case 'kong.service.request.clear_header':
        this.headers.delete(effect.name.toLowerCase());
        break;
      case 'kong.service.request.set_headers':
        for (const [name, value] of Object.entries(lowerCase(effect.headers))) this.headers.set(name, value);
        break;
      case 'kong.service.request.set_raw_body':
        this.body = effect.body;
        break;
      case 'kong.response.exit':
        this.exit = { status: effect.status, headers: effect.headers, body: String(Buffer.from(effect.body)) };
    }
  }
}

const ANN = { id: '00000000-0000-4000-8000-000000000001', username: 'ann', custom_id: '', tags: [] };

const consumerOf = (consumer: Consumer | undefined): object =>
  consumer
    ? {
        id: consumer.id,
        username: consumer.username,
        custom_id: consumer.customId,
        tags: consumer.tags,
        created_at: consumer.createdAt,
      }
    : {};

const lowerCase = (headers: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** The names of plugins in the order in which Kong runs them. */
export const byPriority = <P extends Plugin>(plugins: readonly P[]): P[] =>
  plugins.toSorted((a, b) => b.priority - a.priority);
