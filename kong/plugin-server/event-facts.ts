import type { Authentication, KongRead, Outcome, RawBody } from '../pdk';
import { keyOf, sharedKey, type EventPlan, type Source, type Sources } from './event-plan';

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

/**
 * The facts of one request, as the parts of a plugin see them in turn: what Kong returned, and on top of it what earlier
 * parts shared and changed. Kong carries these effects out only after the last part.
 */
export class EventFacts {
  /** Where the plain value of a read is found, by its key. */
  private readonly replies = new Map<string, () => unknown>();
  /** The plain values that earlier parts replaced. */
  private readonly replaced = new Map<string, unknown>();
  private readonly outcomes: Outcome[] = [];
  /** Shaped values, so that a fact of two parts is shaped once. */
  private readonly shaped = new Map<string, { readonly shape: unknown; readonly value: unknown }>();

  constructor(
    private readonly plan: EventPlan,
    private readonly fetch: Fetch,
  ) {}

  /** Fetches what every request needs. */
  async loadBatch(): Promise<void> {
    const { batch, batchOfRequest, ofService } = this.plan;
    const known = ofService?.known;
    if (!ofService || known) {
      for (const [key, value] of known ?? []) this.replies.set(key, () => value);
      await this.load(known ? batchOfRequest : batch);
      return;
    }
    await this.load(batch);
    const values = batch
      .filter(({ isOfService }) => isOfService)
      .map((read) => [keyOf(read), this.plainValue(keyOf(read))]);
    ofService.set(new Map(values as [string, unknown][]));
  }

  /** Fetches those of the reads whose values are not there yet. */
  async loadMissing(reads: readonly KongRead<unknown>[]): Promise<void> {
    const missing = reads.filter((read) => !this.has(keyOf(read)));
    // The list itself where nothing is left out: it is encoded already.
    if (missing.length > 0) await this.load(missing.length === reads.length ? reads : missing);
  }

  /** The facts by their names. @throws when a reply is not what Kong's service declares */
  get(sources: Sources): Record<string, unknown> {
    const facts: Record<string, unknown> = {};
    for (const [name, source] of sources) facts[name] = this.factOf(source);
    return facts;
  }

  /** Notes what a part decided: later parts see it. */
  note(outcome: Outcome): void {
    this.outcomes.push(outcome);
    for (const [key, value] of Object.entries(outcome.share ?? {})) this.replace(sharedKey(key), value);
    if (outcome.kind !== 'proceed') return;
    if (outcome.authenticate) this.noteAuthentication(outcome.authenticate);
    if (outcome.upstreamBody) {
      this.replace(BODY, { kind: 'bytes', bytes: outcome.upstreamBody } satisfies RawBody);
    }
    if (outcome.upstreamHeaders || outcome.clearUpstreamHeaders) {
      for (const key of [...this.shaped.keys()]) if (key.startsWith(HEADERS)) this.shaped.delete(key);
    }
  }

  /** Kong then has this consumer and this credential, and no other ones. */
  private noteAuthentication({ consumer, credential }: Authentication): void {
    const { id, username, customId: custom_id, tags, createdAt: created_at } = consumer ?? {};
    this.replace(CONSUMER, { id, username, custom_id, tags, created_at });
    this.replace(CREDENTIAL, { id: credential?.id });
  }

  private async load(batch: readonly KongRead<unknown>[]): Promise<void> {
    const replies = await this.fetch(batch);
    batch.forEach((read, index) => this.replies.set(keyOf(read), () => replies.valueAt(index)));
  }

  private has(key: string): boolean {
    return this.replaced.has(key) || this.replies.has(key);
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
    if (this.replaced.has(key)) return this.replaced.get(key);
    const value = this.replies.get(key)?.();
    return key.startsWith(HEADERS) ? this.outcomes.reduce(withHeaderChanges, value) : value;
  }

  private replace(key: string, value: unknown): void {
    this.replaced.set(key, value);
    this.shaped.delete(key);
  }
}

/** The headers of the request after the changes of an outcome: Kong's later reads return the changed ones. */
function withHeaderChanges(headers: unknown, outcome: Outcome): unknown {
  if (outcome.kind !== 'proceed' || !(outcome.upstreamHeaders ?? outcome.clearUpstreamHeaders)) return headers;
  const changed = new Map(Object.entries(headers as Record<string, unknown>));
  for (const name of outcome.clearUpstreamHeaders ?? []) changed.delete(name.toLowerCase());
  for (const [name, value] of Object.entries(outcome.upstreamHeaders ?? {})) changed.set(name.toLowerCase(), value);
  return Object.fromEntries(changed);
}
