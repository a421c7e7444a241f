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
  /** See {@link EventPlan.numbers}; absent for a read that is not part of a plan. */
  readonly number?: number;
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
  readonly keys: readonly string[];

  constructor(readonly reads: readonly KongRead<unknown>[]) {
    this.keys = reads.map(keyOf);
  }
}

/** What an event of one configuration and phase does, worked out once: the same for every request. */
export interface EventPlan {
  readonly parts: readonly PlannedPart[];
  /** Whether Kong is told, after an access phase, if the answer is held: it holds every answer of such a plugin. */
  readonly isHoldable: boolean;
  /** The numbers of all reads by their keys; those of {@link batch} have the first ones, in their order. */
  readonly numbers: ReadonlyMap<string, number>;
  /** The numbers of the values that parts share with later parts, by the names of the values. */
  readonly sharedNumbers: ReadonlyMap<string, number>;
  /** What is asked for every request, each read once; the facts of the service are last. */
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
  private values: readonly unknown[] | undefined;
  private readAtMs = 0;

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** In the order of their reads; undefined when they must be asked for. */
  get known(): readonly unknown[] | undefined {
    return this.nowMs() - this.readAtMs < MAX_AGE_MS ? this.values : undefined;
  }

  set(values: readonly unknown[]): void {
    this.values = values;
    this.readAtMs = this.nowMs();
  }
}

const MAX_AGE_MS = 10_000;

/** The plans of a configuration for one phase, which differ in the reads of the kernel. */
interface PhasePlans {
  readonly byOthers: Map<readonly KongRead<unknown>[], EventPlan>;
  readonly ofService: FactsOfService;
}

const plans = new WeakMap<Configuration, Map<string, PhasePlans>>();

/**
 * The plan of a configuration for a phase; the same one each time.
 *
 * @param others reads that the kernel adds to those of the parts: a constant list
 */
export function planOf(configuration: Configuration, phase: string, others = NO_READS): EventPlan {
  let ofPhases = plans.get(configuration);
  if (!ofPhases) plans.set(configuration, (ofPhases = new Map<string, PhasePlans>()));
  let known = ofPhases.get(phase);
  if (!known) ofPhases.set(phase, (known = { byOthers: new Map(), ofService: new FactsOfService() }));
  let plan = known.byOthers.get(others);
  if (!plan) known.byOthers.set(others, (plan = makePlan(configuration, phase, others, known.ofService)));
  return plan;
}

export const NO_READS: readonly KongRead<unknown>[] = [];

function makePlan(
  { parts, isBoundToService, isHoldable }: Configuration,
  phase: string,
  others: readonly KongRead<unknown>[],
  ofService: FactsOfService,
): EventPlan {
  const planned = parts.flatMap((part) => planPart(part, phase) ?? []);
  const reads = readsOfAll(planned, phase, others);
  const batchOfRequest = reads.filter(({ isOfService }) => !isOfService);
  const serviceReads = reads.filter(({ isOfService }) => isOfService);
  const batch = [...batchOfRequest, ...serviceReads];
  const numbers = numbersOf([...batch.map(keyOf), ...planned.flatMap(keysOf)]);
  return {
    parts: planned.map((part) => withNumbers(part, numbers)),
    isHoldable: phase === 'access' && isHoldable,
    numbers,
    sharedNumbers: new Map(
      planned
        .flatMap(({ plugin: { shares = [] } }) => shares)
        .flatMap((key) => {
          const number = numbers.get(sharedKey(key));
          return number === undefined ? [] : [[key, number] as const];
        }),
    ),
    batch: new PlannedBatch(batch),
    batchOfRequest: new PlannedBatch(batchOfRequest),
    ofService: isBoundToService && serviceReads.length > 0 ? ofService : undefined,
  };
}

/** What Kong is asked for every request, each read once. */
function readsOfAll(
  parts: readonly PlannedPart[],
  phase: string,
  others: readonly KongRead<unknown>[],
): KongRead<unknown>[] {
  const batch = new Map(others.map((read) => [keyOf(read), read]));
  const shared = new Set<string>();
  for (const { plugin, facts } of parts) {
    for (const [, source] of facts) {
      // What only earlier parts share, Kong does not know yet.
      if ('read' in source && !shared.has(source.key) && !isLarge(source.read)) batch.set(source.key, source.read);
    }
    if (phase === 'access') for (const key of plugin.shares ?? []) shared.add(sharedKey(key));
  }
  return [...batch.values()];
}

const keysOf = ({ facts, more }: PlannedPart): string[] =>
  [...facts, ...(more?.facts ?? [])].flatMap(([, source]) => ('read' in source ? [source.key] : []));

/** Numbers keys in their order, each once. */
const numbersOf = (keys: readonly string[]): ReadonlyMap<string, number> =>
  new Map([...new Set(keys)].map((key, number) => [key, number]));

const withNumbers = (part: PlannedPart, numbers: ReadonlyMap<string, number>): PlannedPart => ({
  ...part,
  facts: numbered(part.facts, numbers),
  ...(part.more && { more: { ...part.more, facts: numbered(part.more.facts, numbers) } }),
});

const numbered = (sources: Sources, numbers: ReadonlyMap<string, number>): Sources =>
  sources.map(([name, source]) => {
    const number = 'read' in source ? numbers.get(source.key) : undefined;
    return [name, number === undefined ? source : { ...source, number }];
  });

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
