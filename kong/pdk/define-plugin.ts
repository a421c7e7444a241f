import type { ConfigOf, Fields } from './fields';
import type { Metrics } from './metrics';
import type { Outcome } from './outcome';
import type { FactsOf, Reads } from './reads';

/** What a plugin gets from the process that hosts it; nothing in a plugin reaches for a global instead. */
export interface Resources {
  /** The process's metrics; asking twice for a name gives the same metric. */
  readonly metrics: Metrics;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The environment of the process, for settings that operators share among programs. */
  readonly env: Environment;
  /** Where the configuration applies, from Kong: ids of service, route and consumer, if scoped. */
  readonly scope: Scope;
}

/** The variables of an environment by name; an unset one is undefined. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Structured logging: fields first, then a sentence. Never given a secret or a client's content. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The entities that a configuration is bound to; a global plugin has none. */
export interface Scope {
  readonly serviceId?: string;
  readonly routeId?: string;
  readonly consumerId?: string;
}

/**
 * Facts that few requests need, or that are large: a second batch, which only those requests pay for, with a round trip
 * more.
 */
export interface FurtherReads<R extends Reads, M extends Reads> {
  readonly reads: M;
  /** Is this a request that needs them? Judged by the facts of the first batch. */
  readonly isNeeded: (facts: FactsOf<R>) => boolean;
}

/** One phase: the facts it needs and what it decides from them. */
export interface Phase<State, R extends Reads, M extends Reads = NoReads> {
  /** What every request needs. */
  readonly reads: R;
  /** What some requests need besides; those get it as the handler's third argument. */
  readonly more?: FurtherReads<R, M>;
  /** Is there anything to do for this configuration? If not, nothing is read, and the request goes on as it is. */
  readonly isWanted?: (state: State) => boolean;
  /**
   * Kong is told of the phase only when its operator asks for it (`dump --with-access`): for an observer that can do
   * without, so that it costs a request nothing.
   */
  readonly onDemand?: boolean;
  /** `more`: the facts of the second batch, all of them, when they were needed. */
  readonly handle: (state: State, facts: FactsOf<R>, more?: FactsOf<M>) => Outcome | Promise<Outcome>;
}

/** A log phase decides nothing: the client has its answer. */
export interface LogPhase<State, R extends Reads> {
  readonly reads: R;
  /** Is there anything to do for this configuration? If not, nothing is read and `handle` is not called. */
  readonly isWanted?: (state: State) => boolean;
  readonly handle: (state: State, facts: FactsOf<R>) => void | Promise<void>;
}

/**
 * What happens to the request when a handler throws, which is always a bug:
 * `reject` responds with 500 and a generic body (a guard fails closed), `pass` lets it through (an observer fails open).
 */
export type OnError = 'reject' | 'pass';

/** A plugin as it is declared. `prepare` runs once per configuration in the process, not per nginx worker. */
export interface PluginDeclaration<F extends Fields, State, A extends Reads, M extends Reads, L extends Reads> {
  readonly name: string;
  readonly version: string;
  /** Kong runs higher ones first. */
  readonly priority: number;
  readonly fields: F;
  readonly onError: OnError;
  /**
   * Finds what is wrong with a configuration beyond the rules of its single fields: throws an Error whose message begins
   * with the name of the field and a colon. Opens nothing. Runs before `prepare`, and in the command `check`.
   */
  readonly check?: (config: ConfigOf<F>) => void;
  /** Makes what the phases need. Throws, naming the field, when the configuration can't work. */
  readonly prepare: (config: ConfigOf<F>, resources: Resources) => State | Promise<State>;
  /** Releases what `prepare` took, after the last instance of the configuration closed and at shutdown. */
  readonly dispose?: (state: State) => void | Promise<void>;
  readonly access?: Phase<State, A, M>;
  readonly log?: LogPhase<State, L>;
}

/**
 * A plugin as {@link definePlugin} returns it, with the types of its config, state and facts, so that tests can call it
 * without casts.
 */
export interface DefinedPlugin<
  F extends Fields,
  State,
  A extends Reads,
  M extends Reads,
  L extends Reads,
> extends Plugin {
  readonly fields: F;
  readonly check?: (config: ConfigOf<F>) => void;
  readonly prepare: (config: ConfigOf<F>, resources: Resources) => State | Promise<State>;
  readonly dispose?: (state: State) => void | Promise<void>;
  readonly phases: { readonly access?: Phase<State, A, M>; readonly log?: LogPhase<State, L> };
}

/** A plugin as the kernel runs it: whatever its own types are. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
  readonly priority: number;
  readonly fields: Fields;
  readonly onError: OnError;
  readonly check?: (config: never) => void;
  readonly prepare: (config: never, resources: Resources) => unknown;
  readonly dispose?: (state: never) => void | Promise<void>;
  readonly phases: Readonly<Partial<Record<PhaseName, RunnablePhase>>>;
}

/** The plugins that one program serves. */
export interface Suite {
  /** Of the program, as it is called on the command line. */
  readonly name: string;
  readonly version: string;
  /** One line for `--help`. */
  readonly description?: string;
  readonly plugins: readonly Plugin[];
  /** Absolute path of the compiled CommonJS module that exports the plugins as `plugins`; only `stock` needs it. */
  readonly module?: string;
}

/** A phase as the kernel runs it. */
export interface RunnablePhase {
  readonly reads: Reads;
  /** See {@link Phase.more}. */
  readonly more?: { readonly reads: Reads; readonly isNeeded: (facts: never) => boolean };
  /** Absent: always. */
  readonly isWanted?: (state: never) => boolean;
  /** See {@link Phase.onDemand}. */
  readonly onDemand?: boolean;
  /** Gives an {@link Outcome} in `access`, nothing in `log`. */
  readonly handle: (state: never, facts: never, more?: never) => unknown;
}

/** The reads of a phase that a plugin does not have. */
type NoReads = Readonly<Record<string, never>>;

/** The phases that a plugin may have. */
export type PhaseName = 'access' | 'log';

/** Declares a plugin. Importing the module that calls this has no side effect. */
export function definePlugin<
  F extends Fields,
  State,
  A extends Reads = NoReads,
  M extends Reads = NoReads,
  L extends Reads = NoReads,
>(declaration: PluginDeclaration<F, State, A, M, L>): DefinedPlugin<F, State, A, M, L> {
  const { access, log, ...rest } = declaration;
  return { ...rest, phases: { ...(access && { access }), ...(log && { log }) } };
}
