import { performance } from 'node:perf_hooks';
import {
  partsOf,
  type KongRead,
  type PhaseName,
  type Read,
  type Reads,
  type RunnablePhase,
  type SinglePlugin,
} from '../pdk';
import type { Configuration, PreparedPart } from './configurations';

/** Where the value of one fact comes from. */
export type Source = { readonly known: unknown } | KongSource;

/** A fact that Kong returns. */
export interface KongSource {
  readonly read: KongRead<unknown>;
  /** Equal for reads that ask Kong the same. */
  readonly key: string;
}

/** A batch of facts by the names that a handler knows them under. */
export type Sources = readonly (readonly [name: string, source: Source])[];

/** One part of a plugin in one phase, with all that its configuration decides. */
export interface PlannedPart {
  readonly plugin: SinglePlugin;
  readonly state: unknown;
  readonly phase: RunnablePhase;
  readonly facts: Sources;
  /** Whether the part has a response phase, and its configuration needs it. */
  readonly canHold: boolean;
  /** See `Phase.more`. */
  readonly more?: {
    readonly facts: Sources;
    readonly batch: PlannedBatch;
    readonly isNeeded: (facts: never) => boolean;
  };
}

/** Reads that are asked together: a constant list, so that it is encoded once. */
export class PlannedBatch {
  private readonly indexes: ReadonlyMap<string, number>;

  constructor(readonly reads: readonly KongRead<unknown>[]) {
    this.indexes = new Map(reads.map((read, index) => [keyOf(read), index]));
  }

  /** The index of the read with this key, if the batch has it. */
  indexOf(key: string): number | undefined {
    return this.indexes.get(key);
  }
}

/** What an event of one configuration and phase does, worked out once: the same for every request. */
export interface EventPlan {
  readonly parts: readonly PlannedPart[];
  /** Whether Kong is told, after an access phase, if the answer is held: it holds every answer of such a plugin. */
  readonly isHoldable: boolean;
  /** What is asked for every request, each read once. */
  readonly batch: PlannedBatch;
  /** The same without the facts of the service, for requests after these are known. */
  readonly batchOfRequest: PlannedBatch;
  /** The facts of the service, once they are known; see {@link FactsOfService}. */
  readonly ofService: FactsOfService | undefined;
}

/**
 * The facts that are the same for all requests to a service, where the configuration is bound to one. They are asked for
 * again after ten seconds: Kong keeps the configuration when a service gets another name, or a route another service.
 */
export class FactsOfService {
  private values: ReadonlyMap<string, unknown> | undefined;
  private readAtMs = 0;

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** By the keys of their reads; undefined when they must be asked for. */
  get known(): ReadonlyMap<string, unknown> | undefined {
    return this.nowMs() - this.readAtMs < MAX_AGE_MS ? this.values : undefined;
  }

  set(values: ReadonlyMap<string, unknown>): void {
    this.values = values;
    this.readAtMs = this.nowMs();
  }
}

const MAX_AGE_MS = 10_000;

const plans = new WeakMap<Configuration, Map<string, EventPlan>>();

/**
 * The plan of a configuration for a phase; the same one each time.
 *
 * @param others reads that the kernel adds to those of the parts: a constant list
 */
export function planOf(configuration: Configuration, phase: string, others = NO_READS): EventPlan {
  let known = plans.get(configuration);
  if (!known) plans.set(configuration, (known = new Map<string, EventPlan>()));
  const key = others.length === 0 ? phase : `${phase} ${others.map(keyOf).join()}`;
  let plan = known.get(key);
  if (!plan) known.set(key, (plan = makePlan(configuration, phase, others)));
  return plan;
}

const NO_READS: readonly KongRead<unknown>[] = [];

function makePlan(
  { plugin, parts, isBoundToService }: Configuration,
  phase: string,
  others: readonly KongRead<unknown>[],
): EventPlan {
  const planned: PlannedPart[] = [];
  const batch = new Map(others.map((read) => [keyOf(read), read]));
  const shared = new Set<string>();
  for (const part of parts) {
    const found = planPart(part, phase);
    if (!found) continue;
    planned.push(found);
    for (const [, source] of found.facts) {
      // What only earlier parts share, Kong does not know yet.
      if ('read' in source && !shared.has(source.key) && !isLarge(source.read)) batch.set(source.key, source.read);
    }
    if (phase === 'access') for (const key of part.plugin.shares ?? []) shared.add(sharedKey(key));
  }
  const reads = [...batch.values()];
  const hasServiceFacts = isBoundToService && reads.some(({ isOfService }) => isOfService);
  const batchOfRequest = reads.filter(({ isOfService }) => !isOfService);
  return {
    parts: planned,
    isHoldable: phase === 'access' && partsOf(plugin).some(({ phases }) => phases.response),
    batch: new PlannedBatch(reads),
    batchOfRequest: new PlannedBatch(batchOfRequest),
    ofService: hasServiceFacts ? new FactsOfService() : undefined,
  };
}

/** The body of an answer is read by itself, once its length is known. */
const isLarge = ({ maxBytes }: KongRead<unknown>): boolean => maxBytes !== undefined;

/** Undefined if the part lacks the phase, or its configuration does not need it. */
function planPart({ plugin, needs, state }: PreparedPart, name: string): PlannedPart | undefined {
  const phase = needs.has(name as PhaseName) ? plugin.phases[name as PhaseName] : undefined;
  if (!phase) return undefined;
  const reads = typeof phase.reads === 'function' ? phase.reads(state as never) : phase.reads;
  const { more } = phase;
  return {
    plugin,
    state,
    phase,
    facts: sourcesOf(reads),
    canHold: needs.has('response'),
    ...(more && { more: { ...furtherFacts(more.reads), isNeeded: more.isNeeded } }),
  };
}

function furtherFacts(reads: Reads): Pick<NonNullable<PlannedPart['more']>, 'facts' | 'batch'> {
  const facts = sourcesOf(reads);
  return { facts, batch: batchOf(facts) };
}

/** The reads among these sources that Kong answers. */
export const batchOf = (facts: Sources): PlannedBatch =>
  new PlannedBatch(facts.flatMap(([, source]) => ('read' in source ? [source.read] : [])));

/** Where the facts of these reads come from. */
export const sourcesOf = (reads: Reads): Sources => Object.entries(reads).map(([name, read]) => [name, sourceOf(read)]);

const sourceOf = (read: Read<unknown>): Source => ('known' in read ? read : { read, key: keyOf(read) });

/** The key of a read; equal for two that ask Kong the same. */
export const keyOf = ({ method, argument = '' }: Pick<KongRead<unknown>, 'method' | 'argument'>): string =>
  `${method} ${argument}`;

/** The key of the read of a value in `kong.ctx.shared`. */
export const sharedKey = (key: string): string => keyOf({ method: 'kong.ctx.shared.get', argument: key });
