import type { AnswerOutcome } from './answer-outcome';
import type { ConfigOf, Fields } from './fields';
import type { HealthFacts } from './health-facts';
import type { HttpMounts } from './http-mounts';
import type { Metrics } from './metrics';
import type { Ask, Outcome } from './outcome';
import type { FactsOf, Reads } from './reads';
import { checkResponsePhase } from './response-phase';

/** What a plugin receives from the process that hosts it. Plugins use no globals instead. */
export interface Resources {
  /** The metrics of the process; the same name returns the same metric. */
  readonly metrics: Metrics;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The environment of the process, for settings that several programs share. */
  readonly env: Environment;
  /** Where the configuration applies: the ids of service, route and consumer, as far as it is scoped. */
  readonly scope: Scope;
  /** The HTTP listener of the process; absent if it has none (`serve --http`, and Kong's own JavaScript plugin server). */
  readonly http?: HttpMounts;
  /** What the plugin reports to `/health`; absent in Kong's own JavaScript plugin server. */
  readonly health?: HealthFacts;
}

/** The variables of an environment by name; an unset one is undefined. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Structured logging: fields first, then a message. Neither may contain secrets or content of a client. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The entities to which a configuration applies; a global plugin has none. */
export interface Scope {
  readonly serviceId?: string;
  readonly routeId?: string;
  readonly consumerId?: string;
}

/**
 * A second batch, for facts that are large or that few requests need. Only those requests pay for it, with one more round
 * trip.
 */
export interface FurtherReads<R extends Reads, M extends Reads> {
  readonly reads: M;
  /** Whether the request needs them, by the facts of the first batch. */
  readonly isNeeded: (facts: FactsOf<R>) => boolean;
}

/** One phase: the facts it needs and what it decides from them. */
export interface Phase<State, R extends Reads, M extends Reads = NoReads, Config = never> {
  /** What every request needs; a function if that depends on the configuration. */
  readonly reads: R | ((state: State) => R);
  /** What some requests need in addition; the handler receives it as its third argument. */
  readonly more?: FurtherReads<R, M>;
  /**
   * The fields of a configuration that need the phase, by their paths such as `tools.learn`; none if there is nothing to do:
   * then `dump --for` leaves the phase out, and if Kong calls it nevertheless, nothing is read and the request proceeds.
   * Absent: every configuration needs the phase.
   */
  readonly neededBy?: (config: Config) => readonly string[];
  /**
   * Only `dump --for` and `dump --phases` describe the phase. For an observer that also works without it, so that requests
   * do not pay for it.
   */
  readonly onDemand?: boolean;
  /** `more`: the facts of the second batch, all of them, when they were needed. */
  readonly handle: (state: State, facts: FactsOf<R>, more?: FactsOf<M>) => Decided | Promise<Decided>;
}

/**
 * Judges an answer that Kong holds, because the access phase of the same plugin wished it with `hold`. Not called for other
 * answers.
 */
export interface ResponsePhase<State, R extends Reads, Config = never> {
  /**
   * What every held answer needs, such as `read.answer.body(maxBytes)`; a function if that depends on the configuration. The
   * body of the request cannot be read here.
   */
  readonly reads: R | ((state: State) => R);
  /** See {@link Phase.neededBy}. A configuration that does not need the phase never holds an answer: then `hold` is an error. */
  readonly neededBy?: (config: Config) => readonly string[];
  readonly handle: (state: State, facts: FactsOf<R>) => AnswerOutcome | Promise<AnswerOutcome>;
}
/** What a handler returns: what happens to the request, or a question that this depends on. */
export type Decided = Outcome | Ask;

/** A log phase decides nothing: the client already has its response. */
export interface LogPhase<State, R extends Reads, Config = never> {
  /** What every request needs; a function if that depends on the configuration. */
  readonly reads: R | ((state: State) => R);
  /** See {@link Phase.neededBy}. */
  readonly neededBy?: (config: Config) => readonly string[];
  readonly handle: (state: State, facts: FactsOf<R>) => void | Promise<void>;
}

/**
 * What happens to the request when a handler throws, which is always a bug:
 * `reject` responds with 500 and a generic body (a guard fails closed), `pass` lets the request pass (an observer fails open).
 * For a held answer, `reject` responds with the failure of the {@link Hold}.
 */
export type OnError = 'reject' | 'pass';

/** The declaration of a plugin. `prepare` runs once per configuration in the process, not per nginx worker. */
export interface PluginDeclaration<
  F extends Fields,
  State,
  A extends Reads,
  M extends Reads,
  L extends Reads,
  P extends Reads = NoReads,
> {
  readonly name: string;
  readonly version: string;
  /** Kong runs higher ones first. */
  readonly priority: number;
  readonly fields: F;
  readonly onError: OnError;
  /**
   * Keys of `kong.ctx.shared` that only this plugin writes, in its access phase. In a composed plugin the later parts
   * receive their values without asking Kong.
   */
  readonly shares?: readonly string[];
  /**
   * Checks rules across fields. Throws an Error whose message begins with the name of the field and a colon. Must not open
   * connections or files. Runs before `prepare`, and in the command `check`.
   */
  readonly check?: (config: ConfigOf<F>) => void;
  /** Creates what the phases need. @throws Error that names the field, when the configuration is wrong */
  readonly prepare: (config: ConfigOf<F>, resources: Resources) => State | Promise<State>;
  /** Releases what `prepare` opened, after the last instance of the configuration closed and at shutdown. */
  readonly dispose?: (state: State) => void | Promise<void>;
  readonly access?: Phase<State, A, M, ConfigOf<F>>;
  /** For answers that the access phase holds. */
  readonly response?: ResponsePhase<State, P, ConfigOf<F>>;
  readonly log?: LogPhase<State, L, ConfigOf<F>>;
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
  P extends Reads = NoReads,
> extends SinglePlugin {
  readonly fields: F;
  readonly check?: (config: ConfigOf<F>) => void;
  readonly prepare: (config: ConfigOf<F>, resources: Resources) => State | Promise<State>;
  readonly dispose?: (state: State) => void | Promise<void>;
  readonly phases: {
    readonly access?: Phase<State, A, M, ConfigOf<F>>;
    readonly response?: ResponsePhase<State, P, ConfigOf<F>>;
    readonly log?: LogPhase<State, L, ConfigOf<F>>;
  };
}

/** A plugin as the plugin server runs it. */
export type Plugin = SinglePlugin | ComposedPlugin;

/** The description of a plugin: what Kong and the commands need to know. */
interface PluginDescription {
  readonly name: string;
  readonly version: string;
  readonly priority: number;
  readonly fields: Fields;
  readonly check?: (config: never) => void;
}

/** A plugin that `definePlugin` declared, without its own types. */
export interface SinglePlugin extends PluginDescription {
  readonly onError: OnError;
  /** See {@link PluginDeclaration.shares}. */
  readonly shares?: readonly string[];
  readonly prepare: (config: never, resources: Resources) => unknown;
  readonly dispose?: (state: never) => void | Promise<void>;
  readonly phases: Readonly<Partial<Record<PhaseName, RunnablePhase>>>;
}

/** Several plugins as one, made by `composePlugins`. */
export interface ComposedPlugin extends PluginDescription {
  /** In the order in which they run. */
  readonly parts: readonly SinglePlugin[];
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

/** A phase as the plugin server runs it. */
export interface RunnablePhase {
  readonly reads: Reads | ((state: never) => Reads);
  /** See {@link Phase.more}. */
  readonly more?: { readonly reads: Reads; readonly isNeeded: (facts: never) => boolean };
  /** See {@link Phase.neededBy}. */
  readonly neededBy?: (config: never) => readonly string[];
  /** See {@link Phase.onDemand}. */
  readonly onDemand?: boolean;
  /** Returns {@link Decided} in `access`, an {@link AnswerOutcome} in `response`, nothing in `log`. */
  readonly handle: (state: never, facts: never, more?: never) => unknown;
}

/** The reads of a phase that a plugin does not have. */
type NoReads = Readonly<Record<string, never>>;

/** The phases that a plugin may have. */
export type PhaseName = 'access' | 'response' | 'log';

/**
 * Declares a plugin. Importing the module that calls this has no side effect.
 *
 * @throws Error when a response phase cannot work: without an access phase, or with a read that Kong has only in `access`
 */
export function definePlugin<
  F extends Fields,
  State,
  A extends Reads = NoReads,
  M extends Reads = NoReads,
  L extends Reads = NoReads,
  P extends Reads = NoReads,
>(declaration: PluginDeclaration<F, State, A, M, L, P>): DefinedPlugin<F, State, A, M, L, P> {
  const { access, response, log, ...rest } = declaration;
  checkResponsePhase(rest.name, declaration);
  return { ...rest, phases: { ...(access && { access }), ...(response && { response }), ...(log && { log }) } };
}
