import { partsOf, type Consumer, type KongRead, type PdkEffect, type Plugin } from '../../kong/pdk';
import { effectsOf } from '../../kong/pdk/effects';
import type { Configuration } from '../../kong/plugin-server/configurations';
import { EventFacts, type Fetch } from '../../kong/plugin-server/event-facts';
import { PlannedBatch, planOf } from '../../kong/plugin-server/event-plan';
import { heldRead, holdOrRelease, wishesOf } from '../../kong/plugin-server/held-answers';
import { runParts } from '../../kong/plugin-server/run-parts';
import { ANSWER_READS, runResponse } from '../../kong/plugin-server/run-response';

/** What a client sends. */
export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
}

/** What an upstream answers; names of headers in lower case. */
export interface SentAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const KERNEL_READS = [heldRead];

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
  private isHeld = false;
  private isAnswered = false;
  /** The answer of the upstream as later plugins see it. */
  private answer: SentAnswer = { status: 200, headers: {}, body: '' };
  private consumer: object = {};
  private credential: object = {};

  constructor(private readonly sent: SentRequest) {
    this.headers = new Map(Object.entries(sent.headers));
    this.body = Buffer.from(sent.body);
  }

  /** Runs the access event of a plugin: the reads return the state before it, the effects are applied after it. */
  async runAccess(configuration: Configuration): Promise<void> {
    if (this.exit) return;
    const { plugin } = configuration;
    this.isHeld ||= partsOf(plugin).some(({ phases }) => phases.response);
    const plan = planOf(configuration, 'access', KERNEL_READS);
    const facts = new EventFacts(plan, this.fetch);
    const results = await runParts(plan, 'access', this.fetch, (outcome) => outcome, facts);
    for (const { applied } of results) for (const effect of effectsOf(applied)) this.apply(effect);
    if (!plan.isHoldable || results.at(-1)?.outcome.kind === 'reject') return;
    await facts.loadMissing(new PlannedBatch(KERNEL_READS));
    for (const effect of holdOrRelease(wishesOf(plugin, results), facts.valueOf(heldRead))) this.apply(effect);
  }

  /** The upstream answers: runs the response events of the plugins until one exits, if the answer is held. */
  async runResponse(configurations: readonly Configuration[], answer: SentAnswer): Promise<void> {
    if (this.exit) {
      // Without an answer, nobody asks who holds it.
      this.shared.delete('held');
      return;
    }
    this.isAnswered = true;
    this.answer = { ...answer, headers: { ...answer.headers, ...this.responseHeaders } };
    for (const configuration of this.isHeld ? configurations : []) {
      if (this.hasExited()) return;
      const plan = planOf(configuration, 'response', ANSWER_READS);
      const { effects } = await runResponse(plan, configuration.plugin, this.fetch);
      for (const effect of effects) this.apply(effect);
    }
    // Kong sends what the upstream sent, whatever plugins see.
    const { status, headers } = this.answer;
    this.exit ??= { status, headers, body: answer.body };
  }

  private hasExited(): boolean {
    return this.exit !== undefined;
  }

  private readonly fetch: Fetch = (batch) => {
    const values = batch.map((read) => structuredClone(this.valueOf(read)));
    return Promise.resolve({ valueAt: (index) => values[index] });
  };

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
      'kong.response.get_status': this.answer.status,
      'kong.response.get_headers': this.answer.headers,
      'kong.service.response.get_raw_body': new Uint8Array(Buffer.from(this.answer.body)),
    };
    return method in values ? values[method] : CONSTANTS[method];
  }

  private apply(effect: PdkEffect): void {
    const { answer } = this;
    switch (effect.method) {
      case 'kong.nginx.set_ctx':
        if (effect.value === false) this.isHeld = false;
        else this.answer = { ...answer, body: String(Buffer.from(effect.value)) };
        break;
      case 'kong.response.set_status':
        this.answer = { ...answer, status: effect.status };
        break;
      case 'kong.response.clear_header':
        this.answer = {
          ...answer,
          headers: Object.fromEntries(
            Object.entries(answer.headers).filter(([name]) => name !== effect.name.toLowerCase()),
          ),
        };
        break;
      case 'kong.client.authenticate':
        this.consumer = consumerOf(effect.consumer);
        this.credential = { ...effect.credential };
        break;
      case 'kong.ctx.shared.set':
        this.shared.set(effect.key, effect.value);
        break;
      case 'kong.response.set_headers':
        if (!this.isAnswered) Object.assign(this.responseHeaders, lowerCase(effect.headers));
        this.answer = { ...answer, headers: { ...answer.headers, ...lowerCase(effect.headers) } };
        break;
      case 'kong.service.request.clear_header':
        this.headers.delete(effect.name.toLowerCase());
        break;
      case 'kong.service.request.set_headers':
        for (const [name, value] of Object.entries(lowerCase(effect.headers))) {
          // As `ngx.req.set_header`, which removes a header without values.
          if (Array.isArray(value) && value.length === 0) this.headers.delete(name);
          else this.headers.set(name, value);
        }
        break;
      case 'kong.service.request.set_raw_body':
        this.body = effect.body;
        break;
      case 'kong.response.exit':
        this.exit = {
          status: effect.status,
          headers: {
            ...answer.headers,
            ...lowerCase(effect.headers),
            'content-length': String(effect.body.length),
          },
          body: String(Buffer.from(effect.body)),
        };
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
