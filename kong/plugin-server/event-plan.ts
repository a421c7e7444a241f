import { performance } from 'node:perf_hooks';
import type { KongRead, PhaseName, Read, Reads, RunnablePhase, SinglePlugin } from '../pdk';
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

/** The plan of a configuration for a phase; the same one each time. */
export function planOf(configuration: Configuration, phase: string): EventPlan {
  let known = plans.get(configuration);
  if (!known) plans.set(configuration, (known = new Map<string, EventPlan>()));
  let plan = known.get(phase);
  if (!plan) known.set(phase, (plan = makePlan(configuration, phase)));
  return plan;
}

function makePlan({ parts, isBoundToService }: Configuration, phase: string): EventPlan {
  const planned: PlannedPart[] = [];
  const batch = new Map<string, KongRead<unknown>>();
  const shared = new Set<string>();
  for (const part of parts) {
    const found = planPart(part, phase);
    if (!found) continue;
    planned.push(found);
    for (const [, source] of found.facts) {
      // What only earlier parts share, Kong does not know yet.
      if ('read' in source && !shared.has(source.key)) batch.set(source.key, source.read);
    }
    if (phase === 'access') for (const key of part.plugin.shares ?? []) shared.add(sharedKey(key));
  }
  const reads = [...batch.values()];
  const hasServiceFacts = isBoundToService && reads.some(({ isOfService }) => isOfService);
  const batchOfRequest = reads.filter(({ isOfService }) => !isOfService);
  return {
    parts: planned,
    batch: new PlannedBatch(reads),
    batchOfRequest: new PlannedBatch(batchOfRequest),
    ofService: hasServiceFacts ? new FactsOfService() : undefined,
  };
}

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
    ...(more && { more: { ...furtherFacts(more.reads), isNeeded: more.isNeeded } }),
  };
}

function furtherFacts(reads: Reads): Pick<NonNullable<PlannedPart['more']>, 'facts' | 'batch'> {
  const facts = sourcesOf(reads);
  const asked = facts.flatMap(([, source]) => ('read' in source ? [source.read] : []));
  return { facts, batch: new PlannedBatch(asked) };
}

const sourcesOf = (reads: Reads): Sources => Object.entries(reads).map(([name, read]) => [name, sourceOf(read)]);

const sourceOf = (read: Read<unknown>): Source => ('known' in read ? read : { read, key: keyOf(read) });

/** The key of a read; equal for two that ask Kong the same. */
export const keyOf = ({ method, argument = '' }: Pick<KongRead<unknown>, 'method' | 'argument'>): string =>
  `${method} ${argument}`;

/** The key of the read of a value in `kong.ctx.shared`. */
export const sharedKey = (key: string): string => keyOf({ method: 'kong.ctx.shared.get', argument: key });
