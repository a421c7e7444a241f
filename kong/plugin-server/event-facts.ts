import { read, type Authentication, type KongRead, type Outcome, type Proceed, type RawBody } from '../pdk';
import type { AnswerChange, AnswerHeaders } from './answer-change';
import { keyOf, PlannedBatch, sharedKey, type EventPlan, type Source, type Sources } from './event-plan';

/** Kong's replies to a batch of reads. */
export interface Replies {
  /** The plain value of the reply at this index. @throws when the reply is not what Kong's service declares */
  valueAt(index: number): unknown;
}

/** Asks Kong for a batch of reads in one round trip; one reply for each. */
export type Fetch = (batch: readonly KongRead<unknown>[]) => Promise<Replies>;

const HEADERS = 'kong.request.get_headers';
const CONSUMER = keyOf({ method: 'kong.client.get_consumer' });
const CREDENTIAL = keyOf({ method: 'kong.client.get_credential' });
const BODY = keyOf({ method: 'kong.request.get_raw_body' });
const ANSWER_STATUS = keyOf(read.answer.status());
const ANSWER_HEADERS = keyOf(read.answer.headers());
const ANSWER_BODY = keyOf(read.answer.body(0));

/**
 * The facts of one request, as the parts of a plugin see them in turn: what Kong returned, and on top of it what earlier
 * parts shared and changed. Kong carries these effects out only after the last part.
 */
export class EventFacts {
  /** The batches that Kong replied to. */
  private readonly loaded: { readonly batch: PlannedBatch; readonly replies: Replies }[] = [];
  /** The plain values that are known without a reply: facts of the service, and what earlier parts replaced. */
  private readonly known: Map<string, unknown>;
  /** What every request needs. */
  private readonly batch: PlannedBatch;
  /** The outcomes that change the headers of the upstream's request. */
  private readonly headerChanges: Proceed[] = [];
  /** Shaped values, so that a fact of two parts is shaped once. */
  private readonly shaped = new Map<string, { readonly shape: unknown; readonly value: unknown }>();

  constructor(
    private readonly plan: EventPlan,
    private readonly fetch: Fetch,
  ) {
    const ofService = plan.ofService?.known;
    this.batch = ofService ? plan.batchOfRequest : plan.batch;
    this.known = new Map(ofService);
  }

  /** Fetches what every request needs. */
  async loadBatch(): Promise<void> {
    const { batch } = this;
    const { ofService, batchOfRequest } = this.plan;
    await this.load(batch);
    if (!ofService || batch === batchOfRequest) return;
    const keys = batch.reads.filter(({ isOfService }) => isOfService).map(keyOf);
    ofService.set(new Map(keys.map((key) => [key, this.plainValue(key)])));
  }

  /** Fetches those of the reads whose values are not there yet. */
  async loadMissing(batch: PlannedBatch): Promise<void> {
    const missing = batch.reads.filter((read) => !this.has(keyOf(read)));
    // The batch itself where nothing is left out: it is encoded already.
    if (missing.length === batch.reads.length) await this.load(batch);
    else if (missing.length > 0) await this.load(new PlannedBatch(missing));
  }

  /** The facts by their names. @throws when a reply is not what Kong's service declares */
  get(sources: Sources): Record<string, unknown> {
    const facts: Record<string, unknown> = {};
    for (const [name, source] of sources) facts[name] = this.factOf(source);
    return facts;
  }

  /** One fact. @throws when the reply is not what Kong's service declares */
  valueOf<T>(read: KongRead<T>): T {
    return this.factOf({ read, key: keyOf(read) }) as T;
  }

  /** The headers of a held answer as Kong returned them. */
  answerHeaders(): AnswerHeaders {
    return (this.plainValue(ANSWER_HEADERS) ?? {}) as AnswerHeaders;
  }

  /** Notes what a part changed of a held answer: later parts see it. */
  replaceAnswer({ status, body }: AnswerChange, headers: AnswerHeaders): void {
    if (status !== undefined) this.replace(ANSWER_STATUS, status);
    if (body) this.replace(ANSWER_BODY, body);
    this.replace(ANSWER_HEADERS, headers);
  }

  /** Notes what a part decided: later parts see it. */
  note(outcome: Outcome): void {
    const { share } = outcome;
    if (share) for (const key of Object.keys(share)) this.replace(sharedKey(key), share[key]);
    if (outcome.kind !== 'proceed') return;
    if (outcome.authenticate) this.noteAuthentication(outcome.authenticate);
    if (outcome.upstreamBody) {
      this.replace(BODY, { kind: 'bytes', bytes: outcome.upstreamBody } satisfies RawBody);
    }
    if (outcome.upstreamHeaders || outcome.clearUpstreamHeaders) {
      this.headerChanges.push(outcome);
      for (const key of [...this.shaped.keys()]) if (key.startsWith(HEADERS)) this.shaped.delete(key);
    }
  }

  /** Kong then has this consumer and this credential, and no other ones. */
  private noteAuthentication({ consumer, credential }: Authentication): void {
    const { id, username, customId: custom_id, tags, createdAt: created_at } = consumer ?? {};
    this.replace(CONSUMER, { id, username, custom_id, tags, created_at });
    this.replace(CREDENTIAL, { id: credential?.id });
  }

  private async load(batch: PlannedBatch): Promise<void> {
    this.loaded.push({ batch, replies: await this.fetch(batch.reads) });
  }

  private has(key: string): boolean {
    return this.known.has(key) || this.loaded.some(({ batch }) => batch.indexOf(key) !== undefined);
  }

  private factOf(source: Source): unknown {
    if ('known' in source) return source.known;
    const { key, read } = source;
    const known = this.shaped.get(key);
    if (known?.shape === read.shape) return known.value;
    const value = read.shape(this.plainValue(key));
    this.shaped.set(key, { shape: read.shape, value });
    return value;
  }

  private plainValue(key: string): unknown {
    if (this.known.has(key)) return this.known.get(key);
    const value = this.replyTo(key);
    return key.startsWith(HEADERS) ? this.headerChanges.reduce(withHeaderChanges, value) : value;
  }

  private replyTo(key: string): unknown {
    for (const { batch, replies } of this.loaded) {
      const index = batch.indexOf(key);
      if (index !== undefined) return replies.valueAt(index);
    }
    return undefined;
  }

  private replace(key: string, value: unknown): void {
    this.known.set(key, value);
    this.shaped.delete(key);
  }
}

/** The headers of the request after the changes of an outcome: Kong's later reads return the changed ones. */
function withHeaderChanges(headers: unknown, outcome: Proceed): unknown {
  const changed = new Map(Object.entries(headers as Record<string, unknown>));
  const set = Object.entries(outcome.upstreamHeaders ?? {}).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  for (const cleared of outcome.clearUpstreamHeaders ?? []) {
    const name = cleared.toLowerCase();
    if (!set.some(([other]) => other === name)) changed.delete(name);
  }
  for (const [name, value] of set) changed.set(name, value);
  return Object.fromEntries(changed);
}
