import { performance } from 'node:perf_hooks';
import {
  proceed,
  reject,
  type Ask,
  type Decided,
  type OnError,
  type Outcome,
  type Proceed,
  type Reject,
  type SinglePlugin,
} from '../pdk';
import { EventFacts, type Fetch } from './event-facts';
import { batchOf, sourcesOf, type EventPlan, type PlannedPart } from './event-plan';

/** What one part of a plugin decided. */
export interface PartResult<T, O = Outcome> {
  readonly plugin: SinglePlugin;
  readonly outcome: O;
  /** What `apply` returned for the outcome. */
  readonly applied: T;
  /** Present if the part threw; the outcome is then that of its policy. */
  readonly failure?: { readonly error: unknown };
  /** The time of this part alone; the first one's with the fetch of its facts. */
  readonly durationMs: number;
}

/** The response to a request whose guard failed: the same as Kong's own, without details. */
export const INTERNAL_ERROR: Reject = reject({
  status: 500,
  headers: { 'Content-Type': 'application/json; charset=utf-8' },
  body: '{"message":"An unexpected error occurred"}',
});

/** What happens when a phase throws. In `log` the client already has its response, so nothing can be rejected. */
export const policyOf = ({ onError }: SinglePlugin, phase: string): OnError => (phase === 'log' ? 'pass' : onError);

/**
 * Runs the parts of a plugin in their order, until one rejects. Never rejects itself, unless `apply` fails for the plain
 * outcome of a policy: a throw is a bug, and the part's policy says what it means for the request.
 *
 * Awaits only promises: a part that decides at once costs no further step of the microtask queue.
 *
 * @param apply carries an outcome out, or encodes it; an outcome that it cannot apply counts as a throw
 */
export async function runParts<T>(
  plan: EventPlan,
  phase: string,
  fetch: Fetch,
  apply: (outcome: Outcome) => T | Promise<T>,
  facts = new EventFacts(plan, fetch),
): Promise<PartResult<T>[]> {
  const results: PartResult<T>[] = [];
  const { parts } = plan;
  let startedAtMs = performance.now();
  /** Why the facts could not be fetched: then every part fails. */
  let unloaded: PartResult<T>['failure'];
  try {
    if (parts.length > 0) await facts.loadBatch();
  } catch (error) {
    unloaded = { error };
  }
  for (const part of parts) {
    const { plugin } = part;
    let outcome: Outcome;
    let applied: T;
    let failure: PartResult<T>['failure'];
    try {
      if (unloaded) throw unloaded.error;
      const decided = decide(part, facts);
      outcome = outcomeOf(part, phase, isPromise(decided) ? await decided : decided);
      const given = apply(outcome);
      applied = isPromise<T>(given) ? await given : given;
    } catch (error) {
      failure = { error };
      outcome = policyOf(plugin, phase) === 'reject' ? INTERNAL_ERROR : proceed();
      applied = await apply(outcome);
    }
    const endedAtMs = performance.now();
    const durationMs = endedAtMs - startedAtMs;
    results.push(
      failure ? { plugin, outcome, applied, durationMs, failure } : { plugin, outcome, applied, durationMs },
    );
    startedAtMs = endedAtMs;
    if (outcome.kind === 'reject') break;
    if (part !== parts.at(-1)) facts.note(outcome);
  }
  return results;
}

/** @throws Error when the part cannot hold the response although it wants to */
function outcomeOf({ canHold }: PlannedPart, phase: string, decided: unknown): Outcome {
  if (!canHold && (decided as Partial<Proceed> | undefined)?.hold) {
    throw new Error('hold needs a response phase that is wanted');
  }
  return phase === 'log' ? proceed() : (decided as Outcome);
}

const isPromise = <T>(value: unknown): value is Promise<T> =>
  typeof (value as Partial<PromiseLike<T>> | null | undefined)?.then === 'function';

/**
 * What a part decides, from the facts that it needs: one batch, or two if the first one says that it needs the second. A
 * promise only where something must be waited for.
 */
function decide(part: PlannedPart, facts: EventFacts): unknown {
  const { phase, state, more } = part;
  const first = facts.get(part.facts);
  const decided = more?.isNeeded(first as never)
    ? decideWithMore(part, facts, more, first)
    : phase.handle(state as never, first as never);
  if (isPromise(decided)) return decided.then((value) => (isAsk(value) ? answerAsk(value, facts) : value));
  return isAsk(decided) ? answerAsk(decided, facts) : decided;
}

async function decideWithMore(
  { phase, state }: PlannedPart,
  facts: EventFacts,
  more: NonNullable<PlannedPart['more']>,
  first: Record<string, unknown>,
): Promise<unknown> {
  await facts.loadMissing(more.batch);
  return phase.handle(state as never, first as never, facts.get(more.facts) as never);
}

const isAsk = (decided: unknown): decided is Ask => (decided as Decided | undefined)?.kind === 'ask';

/** Gets the facts that a handler asked for, and its decision with them. */
async function answerAsk({ reads, answer }: Ask, facts: EventFacts): Promise<Outcome> {
  const sources = sourcesOf(reads);
  await facts.loadMissing(batchOf(sources));
  return answer(facts.get(sources));
}
