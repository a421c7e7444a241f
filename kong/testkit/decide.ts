import {
  keep,
  Metrics,
  proceed,
  type AnswerOutcome,
  type Decided,
  type DefinedPlugin,
  type Fields,
  type Outcome,
  type PhaseName,
  type Reads,
  type Resources,
  type RunnablePhase,
} from '../pdk';
import { phaseNeedsOf } from '../pdk/phase-needs';
import { completeConfig, type ConfigInput } from './config';
import { factsFor, type FactsInput } from './facts';
import { silentLog } from './silent-log';

/** One configuration of a plugin in this process, without a gateway. */
export interface PreparedPlugin<A extends Reads, M extends Reads, L extends Reads, P extends Reads> {
  /** What the plugin counted. */
  readonly metrics: Metrics;
  /** Runs the access phase for one request. Rejects when the handler throws. */
  access(facts?: FactsInput<A> & FactsInput<M>): Promise<Outcome>;
  /** Runs the response phase for one held answer. Rejects when the handler throws. */
  response(facts?: FactsInput<P>): Promise<AnswerOutcome>;
  /** Runs the log phase for one request. Rejects when the handler throws. */
  log(facts?: FactsInput<L>): Promise<void>;
  /** Releases what the plugin's `prepare` opened. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Checks and prepares a configuration, as the plugin server does, for tests that send several requests to it.
 *
 * @param resources what the plugin receives from its host; by default fresh metrics, a silent log, the real time, an
 * empty environment
 * @throws Error when the configuration is wrong, naming the field
 */
export async function preparePlugin<
  F extends Fields,
  State,
  A extends Reads,
  M extends Reads,
  L extends Reads,
  P extends Reads,
>(
  plugin: DefinedPlugin<F, State, A, M, L, P>,
  config: ConfigInput<F>,
  resources: Partial<Resources> = {},
): Promise<PreparedPlugin<A, M, L, P>> {
  const { metrics = new Metrics(), log = silentLog, now = Date.now, env = {}, scope = {}, http } = resources;
  const complete = completeConfig(plugin.fields, config);
  plugin.check?.(complete);
  const needs = phaseNeedsOf(plugin, complete);
  const state = await plugin.prepare(complete, { metrics, log, now, env, scope, ...(http && { http }) });
  const run = (name: PhaseName, facts: object): unknown => {
    const phase: RunnablePhase | undefined = plugin.phases[name];
    if (!phase) throw new Error(`${plugin.name} has no ${name} phase`);
    if (!needs.has(name)) return undefined;
    return runPhase(phase, state as never, facts as Readonly<Record<string, unknown>>);
  };
  const dispose = async (): Promise<void> => {
    await plugin.dispose?.(state);
  };
  return {
    metrics,
    access: async (facts = {}) => ((await run('access', facts)) as Outcome | undefined) ?? proceed(),
    response: async (facts = {}) => ((await run('response', facts)) as AnswerOutcome | undefined) ?? keep(),
    log: async (facts = {}) => {
      await run('log', facts);
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

async function runPhase(
  { reads, more, handle }: RunnablePhase,
  state: never,
  given: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const facts = factsFor(typeof reads === 'function' ? reads(state) : reads, given) as never;
  const further = more?.isNeeded(facts) ? factsFor(more.reads, given) : undefined;
  const decided = (await handle(state, facts, further as never)) as Decided | AnswerOutcome | undefined;
  return decided?.kind === 'ask' ? decided.answer(factsFor(decided.reads, given)) : decided;
}

/**
 * What a plugin decides for one request: prepares the configuration, runs the access phase, and the log phase of a plugin
 * that has no other, and disposes of the configuration.
 *
 * @param config as in kong.yml; defaults are filled in from the plugin's fields
 * @param facts by the names of the plugin's reads; each absent one has a default
 * @param resources see {@link preparePlugin}; pass `metrics` to look at what was counted
 * @throws Error when the configuration is wrong, or what the handler throws
 */
export async function decide<
  F extends Fields,
  State,
  A extends Reads,
  M extends Reads,
  L extends Reads,
  P extends Reads,
>(
  plugin: DefinedPlugin<F, State, A, M, L, P>,
  config: ConfigInput<F>,
  facts: FactsInput<A> & FactsInput<M> & FactsInput<L>,
  resources?: Partial<Resources>,
): Promise<Outcome> {
  const prepared = await preparePlugin(plugin, config, resources);
  try {
    if (plugin.phases.access) return await prepared.access(facts);
    await prepared.log(facts);
    return proceed();
  } finally {
    await prepared.dispose();
  }
}
