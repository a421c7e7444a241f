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
  let startedAtMs = performance.now();
  let isLoaded: Promise<void> | undefined;
  for (const part of plan.parts) {
    const result = await runPart(part, phase, facts, () => (isLoaded ??= facts.loadBatch()), apply);
    const endedAtMs = performance.now();
    results.push({ ...result, plugin: part.plugin, durationMs: endedAtMs - startedAtMs });
    startedAtMs = endedAtMs;
    if (result.outcome.kind === 'reject') break;
    facts.note(result.outcome);
  }
  return results;
}

type Ran<T> = Omit<PartResult<T>, 'plugin' | 'durationMs'>;

async function runPart<T>(
  part: PlannedPart,
  phase: string,
  facts: EventFacts,
  load: () => Promise<void>,
  apply: (outcome: Outcome) => T | Promise<T>,
): Promise<Ran<T>> {
  try {
    const decided = await decide(part, facts, load);
    const outcome = phase === 'log' ? proceed() : (decided as Outcome);
    if ((decided as Partial<Proceed> | undefined)?.hold && !part.canHold)
      throw new Error('hold needs a response phase that is wanted');
    return { outcome, applied: await apply(outcome) };
  } catch (error) {
    const outcome = policyOf(part.plugin, phase) === 'reject' ? INTERNAL_ERROR : proceed();
    return { outcome, applied: await apply(outcome), failure: { error } };
  }
}

/** What a part decides, from the facts that it needs: one batch, or two if the first one says that it needs the second. */
async function decide(part: PlannedPart, facts: EventFacts, load: () => Promise<void>): Promise<unknown> {
  const { phase, state, more } = part;
  await load();
  const first = facts.get(part.facts);
  const decided = more?.isNeeded(first as never)
    ? await decideWithMore(part, facts, more, first)
    : await phase.handle(state as never, first as never);
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
