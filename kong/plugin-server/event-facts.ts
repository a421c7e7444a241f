import { Headers, read, type Authentication, type KongRead, type Outcome, type Proceed, type RawBody } from '../pdk';
import type { AnswerChange, AnswerHeaders } from './answer-change';
import { keyOf, sharedKey, type EventPlan, type KongSource, type PlannedBatch, type Sources } from './event-plan';

/** Kong's replies to a batch of reads. */
export interface Replies {
  /** The plain value of the reply at this index. @throws when the reply is not what Kong's service declares */
  valueAt(index: number): unknown;
}

/** Asks Kong for a batch of reads in one round trip; one reply for each. */
export type Fetch = (batch: readonly KongRead<unknown>[]) => Promise<Replies>;

const HEADERS = keyOf(read.headers());
const CONSUMER = keyOf({ method: 'kong.client.get_consumer' });
const CREDENTIAL = keyOf({ method: 'kong.client.get_credential' });
const BODY = keyOf({ method: 'kong.request.get_raw_body' });
const ANSWER_STATUS = keyOf(read.answer.status());
const ANSWER_HEADERS = keyOf(read.answer.headers());
const ANSWER_BODY = keyOf(read.answer.body(0));

/** A value that was not read yet. */
const UNREAD = Symbol('unread');

/** The reply of a later batch that was not decoded yet. */
class LateReply {
  constructor(
    readonly replies: Replies,
    readonly index: number,
  ) {}
}

/**
 * The facts of one request, as the parts of a plugin see them in turn: what Kong returned, and on top of it what earlier
 * parts shared and changed. Kong carries these effects out only after the last part.
 *
 * Values are kept by the numbers that the plan gives to their reads. A reply is decoded when a part needs it, so that a
 * malformed one is the failure of that part.
 */
export class EventFacts {
  /** What every request needs. Its reads have the first numbers of the plan. */
  private readonly batch: PlannedBatch;
  /** The replies to it. */
  private replies: Replies | undefined;
  /** The plain values: decoded replies, facts of the service, and what earlier parts replaced. */
  private readonly plain: unknown[];
  /** The latest shape of each value and its result, so that a fact of two parts is shaped once. */
  private readonly shapes: unknown[];
  private readonly shaped: unknown[];
  /** Numbers of reads that the plan does not have. */
  private further: Map<string, number> | undefined;
  /** The outcomes that change the headers of the upstream's request. */
  private headerChanges: Proceed[] | undefined;

  constructor(
    private readonly plan: EventPlan,
    private readonly fetch: Fetch,
  ) {
    const ofService = plan.ofService?.known;
    this.batch = ofService ? plan.batchOfRequest : plan.batch;
    const { size } = plan.numbers;
    const plain = (this.plain = new Array<unknown>(size).fill(UNREAD));
    this.shapes = new Array<unknown>(size);
    this.shaped = new Array<unknown>(size);
    const first = this.batch.reads.length;
    ofService?.forEach((value, index) => (plain[first + index] = value));
  }

  /** Fetches what every request needs. */
  async loadBatch(): Promise<void> {
    const { batch, plan } = this;
    this.replies = await this.fetch(batch.reads);
    const { ofService, batchOfRequest } = plan;
    if (!ofService || batch === batchOfRequest) return;
    const first = batchOfRequest.reads.length;
    ofService.set(batch.reads.slice(first).map((_, index) => this.plainValue(first + index)));
  }

  /** Fetches those of the reads whose values are not there yet. */
  async loadMissing(batch: PlannedBatch): Promise<void> {
    const missing = batch.reads.filter((_, index) => !this.has(this.numberOf(batch.keys[index] ?? '')));
    if (missing.length === 0) return;
    // The batch itself where nothing is left out: it is encoded already.
    const asked = missing.length === batch.reads.length ? batch.reads : missing;
    const replies = await this.fetch(asked);
    asked.forEach((one, index) => {
      this.replace(this.numberOf(keyOf(one)), new LateReply(replies, index));
    });
  }

  /** The facts by their names. @throws when a reply is not what Kong's service declares */
  get(sources: Sources): Record<string, unknown> {
    const facts: Record<string, unknown> = {};
    for (const [name, source] of sources) facts[name] = 'known' in source ? source.known : this.factOf(source);
    return facts;
  }

  /** One fact. @throws when the reply is not what Kong's service declares */
  valueOf<T>(read: KongRead<T>): T {
    return this.factOf({ read, key: keyOf(read) }) as T;
  }

  /** The headers of a held answer as Kong returned them. */
  answerHeaders(): AnswerHeaders {
    return (this.plainValue(this.numberOf(ANSWER_HEADERS)) ?? {}) as AnswerHeaders;
  }

  /** Notes what a part changed of a held answer: later parts see it. */
  replaceAnswer({ status, body }: AnswerChange, headers: AnswerHeaders): void {
    if (status !== undefined) this.replaceByKey(ANSWER_STATUS, status);
    if (body) this.replaceByKey(ANSWER_BODY, body);
    this.replaceByKey(ANSWER_HEADERS, headers);
  }

  /** Notes what a part decided: later parts see it. */
  note(outcome: Outcome): void {
    const { share } = outcome;
    if (share) for (const key of Object.keys(share)) this.replace(this.numberOfShared(key), share[key]);
    if (outcome.kind !== 'proceed') return;
    if (outcome.authenticate) this.noteAuthentication(outcome.authenticate);
    if (outcome.upstreamBody) {
      this.replaceByKey(BODY, { kind: 'bytes', bytes: outcome.upstreamBody } satisfies RawBody);
    }
    if (outcome.upstreamHeaders || outcome.clearUpstreamHeaders) this.noteHeaders(outcome);
  }

  /** Changes the shaped headers: to shape all of them again costs more than the rest of an event. */
  private noteHeaders(outcome: Proceed): void {
    (this.headerChanges ??= []).push(outcome);
    const number = this.numberOf(HEADERS);
    this.shaped[number] = withHeaderChange(this.shaped[number], outcome);
  }

  /** Kong then has this consumer and this credential, and no other ones. */
  private noteAuthentication({ consumer, credential }: Authentication): void {
    const { id, username, customId: custom_id, tags, createdAt: created_at } = consumer ?? {};
    this.replaceByKey(CONSUMER, { id, username, custom_id, tags, created_at });
    this.replaceByKey(CREDENTIAL, { id: credential?.id });
  }

  private has(number: number): boolean {
    return this.plain[number] !== UNREAD || (number < this.batch.reads.length && this.replies !== undefined);
  }

  private factOf({ read, key, number = this.numberOf(key) }: KongSource): unknown {
    const { shapes, shaped } = this;
    if (shapes[number] === read.shape) return shaped[number];
    const value = read.shape(this.plainValue(number));
    shaped[number] = this.headerChanges && key === HEADERS ? this.headerChanges.reduce(withHeaderChange, value) : value;
    shapes[number] = read.shape;
    return shaped[number];
  }

  private plainValue(number: number): unknown {
    const value = this.plain[number];
    if (value === UNREAD) {
      // What was not asked for is absent, such as the body of an answer that is too long.
      if (number >= this.batch.reads.length) return undefined;
      return (this.plain[number] = this.replies?.valueAt(number));
    }
    if (value instanceof LateReply) return (this.plain[number] = value.replies.valueAt(value.index));
    return value;
  }

  private replaceByKey(key: string, value: unknown): void {
    this.replace(this.numberOf(key), value);
  }

  private replace(number: number, value: unknown): void {
    this.plain[number] = value;
    this.shapes[number] = undefined;
  }

  private numberOfShared(key: string): number {
    return this.plan.sharedNumbers.get(key) ?? this.numberOf(sharedKey(key));
  }

  /** The number of a read, a new one if neither the plan nor an earlier question has it. */
  private numberOf(key: string): number {
    const known = this.plan.numbers.get(key) ?? this.further?.get(key);
    if (known !== undefined) return known;
    const number = this.plain.push(UNREAD) - 1;
    (this.further ??= new Map<string, number>()).set(key, number);
    return number;
  }
}

/** The headers of the request after the changes of an outcome: Kong's later reads return the changed ones. */
const withHeaderChange = (headers: unknown, { clearUpstreamHeaders = [], upstreamHeaders = {} }: Proceed): unknown =>
  headers instanceof Headers ? headers.changed(clearUpstreamHeaders, upstreamHeaders) : headers;
