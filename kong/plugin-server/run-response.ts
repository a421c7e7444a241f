import { performance } from 'node:perf_hooks';
import { keep, read, type AnswerOutcome, type PdkEffect, type Plugin, type Reject } from '../pdk';
import { shareEffects } from '../pdk/effects';
import { addChange, addRejection, changedHeaders, NO_CHANGE, type AnswerChange } from './answer-change';
import { exitEffects, headerEffects, passOnEffects, type HeldAnswer } from './answer-effects';
import { EventFacts, type Fetch } from './event-facts';
import { PlannedBatch, type EventPlan, type PlannedPart } from './event-plan';
import { failureOf, heldRead, holderName, type Held } from './held-answers';
import { INTERNAL_ERROR, policyOf, type PartResult } from './run-parts';

/** What the parts of a plugin decided about a held answer, and what Kong is told. */
export interface ResponseRun {
  readonly results: readonly PartResult<AnswerChange, AnswerOutcome>[];
  readonly effects: readonly PdkEffect[];
  /** What Kong is told instead if one of these effects cannot be encoded. */
  readonly failure: readonly PdkEffect[];
}

const status = read.answer.status();
const headers = read.answer.headers();
const body = read.answer.body(Infinity);

/** What Kong is asked for every held answer, besides the reads of the parts. */
export const ANSWER_READS = [heldRead, status, headers];

const NO_BYTES = new Uint8Array();

/** Constant, so that it is encoded once. */
const BODY_BATCH = new PlannedBatch([body]);

/**
 * Runs the response phases of those parts that hold the answer, until one rejects; each one sees what the ones before it
 * changed. A throw is a bug: by the part's policy, the client then gets the failure of the hold, or the answer. Never
 * rejects itself.
 */
export async function runResponse(plan: EventPlan, plugin: Plugin, fetch: Fetch): Promise<ResponseRun> {
  const facts = new EventFacts(plan, fetch);
  try {
    await facts.loadBatch();
    const held = facts.valueOf(heldRead);
    const own = plan.parts.filter((part) => held?.by.includes(holderName(plugin, part.plugin)));
    if (!held || own.length === 0) return { results: [], effects: [], failure: [] };
    return await judge(own, plugin, held, facts);
  } catch (error) {
    return unreadable(plan, error);
  }
}

async function judge(
  parts: readonly PlannedPart[],
  plugin: Plugin,
  held: Held,
  facts: EventFacts,
): Promise<ResponseRun> {
  const answer: HeldAnswer = { status: facts.valueOf(status), headers: facts.answerHeaders(), held };
  const results: PartResult<AnswerChange, AnswerOutcome>[] = [];
  let change = NO_CHANGE;
  for (const part of parts) {
    const startedAtMs = performance.now();
    const judged = await judgeOne(part, held, facts, change);
    results.push({ ...judged, plugin: part.plugin, durationMs: performance.now() - startedAtMs });
    change = judged.applied;
    if (judged.outcome.kind === 'reject') break;
    facts.replaceAnswer(change, changedHeaders(answer.headers, change));
  }
  const failed = exitEffects(answer, addRejection(NO_CHANGE, notJudged(held)), NO_BYTES);
  const isFinal = results.at(-1)?.outcome.kind === 'reject' || isLast(parts, plugin, held);
  const effects = await effectsOf(answer, change, isFinal, facts);
  const shared = results.flatMap(({ outcome }) => shareEffects(outcome.share));
  return { results, effects: effects ? [...shared, ...effects] : failed, failure: failed };
}

/** Whether no other plugin judges the answer after these parts. */
const isLast = (parts: readonly PlannedPart[], plugin: Plugin, { by }: Held): boolean =>
  parts.some((part) => holderName(plugin, part.plugin) === by.at(-1));

type Judged = Omit<PartResult<AnswerChange, AnswerOutcome>, 'plugin' | 'durationMs'>;

async function judgeOne(part: PlannedPart, held: Held, facts: EventFacts, before: AnswerChange): Promise<Judged> {
  try {
    await loadBody(part, facts);
    const outcome = (await part.phase.handle(part.state as never, facts.get(part.facts) as never)) as AnswerOutcome;
    return { outcome, applied: outcome.kind === 'reject' ? addRejection(before, outcome) : addChange(before, outcome) };
  } catch (error) {
    const outcome = policyOf(part.plugin, 'response') === 'reject' ? notJudged(held) : keep();
    const applied = outcome.kind === 'reject' ? addRejection(before, outcome) : before;
    return { outcome, applied, failure: { error } };
  }
}

/** Fetches the body, if the part reads it and it may be short enough. What is not fetched counts as too long. */
async function loadBody({ facts: sources }: PlannedPart, facts: EventFacts): Promise<void> {
  const maxBytes = Math.max(...sources.map(([, source]) => ('read' in source && source.read.maxBytes) || 0));
  const announced = Number(facts.valueOf(headers).get('content-length'));
  if (maxBytes > 0 && !(announced > maxBytes)) await facts.loadMissing(BODY_BATCH);
}

/** Undefined if a body that must be sent is too long to be read. */
async function effectsOf(
  answer: HeldAnswer,
  change: AnswerChange,
  isFinal: boolean,
  facts: EventFacts,
): Promise<PdkEffect[] | undefined> {
  if (change.body) return (isFinal ? exitEffects : passOnEffects)(answer, change, change.body);
  if (!isFinal || !answer.held.passed_on) return headerEffects(answer, change);
  // Without an exit, Kong would send what the upstream sent.
  await facts.loadMissing(BODY_BATCH);
  const changed = facts.valueOf(body);
  return changed.kind === 'bytes' ? exitEffects(answer, change, changed.bytes) : undefined;
}

const notJudged = ({ status, failure: body }: Held): Reject => failureOf({ status, body });

/** The reply of Kong to its own facts is malformed, so nobody knows who holds the answer. */
function unreadable({ parts }: EventPlan, error: unknown): ResponseRun {
  const results = parts.map(({ plugin }) => ({
    plugin,
    outcome: policyOf(plugin, 'response') === 'reject' ? INTERNAL_ERROR : keep(),
    applied: NO_CHANGE,
    failure: { error },
    durationMs: 0,
  }));
  const isRejected = results.some(({ outcome }) => outcome.kind === 'reject');
  const { status, headers, body } = INTERNAL_ERROR;
  const exit: PdkEffect = { method: 'kong.response.exit', status, headers, body: Buffer.from(body) };
  return { results, effects: isRejected ? [exit] : [], failure: [exit] };
}
