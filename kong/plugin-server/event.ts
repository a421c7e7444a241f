import { performance } from 'node:perf_hooks';
import { partsOf, proceed, read, type AnswerOutcome, type Log, type Outcome } from '../pdk';
import type { Configuration } from './configurations';
import { EventFacts, type Fetch } from './event-facts';
import { PlannedBatch, planOf } from './event-plan';
import { armedRead, failureOf, heldRead, holdOrRelease, upgradeRead, wishesOf, type Wish } from './held-answers';
import type { Instance } from './instances';
import { MissingPhases } from './missing-phases';
import {
  encodeAll,
  encodeAnswer,
  encodeEffects,
  joinEffects,
  type EncodedEffects,
  type EventAnswer,
} from './protocol/event-answer';
import { ReadBatch, type PdkReply } from './protocol/read-batch';
import { INTERNAL_ERROR, policyOf, runParts, type PartResult } from './run-parts';
import { ANSWER_READS, runResponse } from './run-response';
import type { ServerMetrics } from './server-metrics';

/** One event of Kong: one phase of one request, for one instance. */
export interface Event {
  readonly instance: Instance;
  readonly phase: string;
  /** The number of Kong's call. */
  readonly sequence: unknown;
}

/** Sends the reads of a batch in one write. Resolves with one reply for each; never, if the connection closes first. */
export type Ask = (batch: ReadBatch) => Promise<readonly PdkReply[]>;

/** Where events are counted and logged. */
export interface EventRecord {
  readonly metrics: ServerMetrics;
  readonly log: Log;
  /** Whether to log every decision at level debug. This costs each request one more round trip, for its id. */
  readonly logsDecisions: boolean;
}

const missingPhases = new MissingPhases(() => performance.now());
const requestId = read.requestId();
const requestIdBatch = new ReadBatch([requestId]);

/**
 * Runs an event: reads, decisions, effects. Never rejects, whatever a plugin does, because Kong repeats an event without an
 * answer forever.
 */
export async function runEvent(event: Event, ask: Ask, record: EventRecord): Promise<EventAnswer> {
  const { instance, phase, sequence } = event;
  const { configuration } = instance;
  warnOfMissingPhases(configuration, phase, record);
  const fetch: Fetch = async (reads) => {
    const batch = ReadBatch.of(reads);
    const replies = await ask(batch);
    return { valueAt: (index) => batch.valueAt(index, replies) };
  };
  if (phase === 'response') return judgeAnswer(event, fetch, ask, record);
  const others = phase === 'access' && configuration.isHeldBefore() ? HELD_READS : NO_READS;
  const plan = planOf(configuration, phase, others);
  if (plan.parts.length === 0 && !plan.isHoldable) return answerWithoutParts(event, record);
  const facts = new EventFacts(plan, fetch);
  const results = await runParts(plan, phase, fetch, encodeEffects, facts);
  await report(results, phase, ask, record);
  const applied = results.map((result) => result.applied);
  if (plan.isHoldable && !applied.at(-1)?.isExit) {
    const wishes = wishesOf(configuration.plugin, results);
    const isReleased = wishes.length === 0 && others.length === 0;
    applied.push(isReleased ? RELEASED : await encodeHold(wishes, facts, event, record));
  }
  return joinEffects(applied, sequence);
}

const HELD_READS = [heldRead];
const NO_READS: typeof HELD_READS = [];
const HELD_BATCH = new PlannedBatch(HELD_READS);
/**
 * What only a wish needs to know. The headers of the request do not tell whether Kong upgrades the connection: an earlier
 * plugin may have removed `Upgrade` after Kong had read it.
 */
const WISH_BATCH = new PlannedBatch([armedRead, upgradeRead]);
const WISH_BATCH_ARMED = new PlannedBatch([upgradeRead]);
const WISH_BATCH_AFTER_OTHERS = new PlannedBatch([heldRead, armedRead, upgradeRead]);
const RELEASED = encodeAll(holdOrRelease([], undefined));

/** The effects that make Kong hold or release the answer. If they fail, no plugin could judge the answer: the request is rejected. */
async function encodeHold(
  wishes: readonly Wish[],
  facts: EventFacts,
  event: Event,
  record: EventRecord,
): Promise<EncodedEffects> {
  try {
    const [first] = wishes;
    await facts.loadMissing(first ? wishBatchOf(event.instance) : HELD_BATCH);
    if (first && !isHeldByKong(facts, event, record)) return encodeEffects(failureOf(first.hold.failure));
    return encodeAll(holdOrRelease(wishes, facts.valueOf(heldRead)));
  } catch (error) {
    recordFailure(error, event, record);
    return encodeEffects(INTERNAL_ERROR);
  }
}

function wishBatchOf({ configuration, isArmed }: Instance): PlannedBatch {
  if (configuration.isHeldBefore()) return WISH_BATCH_AFTER_OTHERS;
  return isArmed ? WISH_BATCH_ARMED : WISH_BATCH;
}

/** Configurations of which a wish was logged that Kong does not fulfil. */
const unfulfilled = new WeakSet<Configuration>();

/** Whether the response phase will run. If not, an answer that a guard must judge would reach the client as it is. */
function isHeldByKong(facts: EventFacts, { instance, phase }: Event, { log }: EventRecord): boolean {
  const { configuration } = instance;
  if (instance.isArmed || facts.valueOf(armedRead)) {
    instance.isArmed = true;
    return facts.valueOf(upgradeRead) === '';
  }
  if (!unfulfilled.has(configuration)) {
    unfulfilled.add(configuration);
    log.error(
      { plugin: configuration.plugin.name, phase },
      'answers that must be held are rejected, because Kong does not call the response phase: run dump again with --for or --phases and reload Kong',
    );
  }
  return false;
}

/** Runs the response phase on an answer that Kong holds. */
async function judgeAnswer(event: Event, fetch: Fetch, ask: Ask, record: EventRecord): Promise<EventAnswer> {
  const { instance, phase, sequence } = event;
  const { configuration } = instance;
  const plan = planOf(configuration, phase, ANSWER_READS);
  if (plan.parts.length === 0) return answerWithoutParts(event, record);
  const { results, effects, failure } = await runResponse(plan, configuration.plugin, fetch);
  await report(results, phase, ask, record);
  try {
    return joinEffects([encodeAll(effects)], sequence);
  } catch (error) {
    recordFailure(error, event, record);
    return joinEffects([encodeAll(failure)], sequence);
  }
}

/** Counts and logs what is no part's own failure. */
function recordFailure(error: unknown, { instance, phase }: Event, { metrics, log }: EventRecord): void {
  const labels = { plugin: instance.configuration.plugin.name, phase };
  metrics.countHandlerError(labels, 'reject');
  log.error({ err: error, ...labels }, 'handler threw');
}

async function report(results: readonly Result[], phase: string, ask: Ask, record: EventRecord): Promise<void> {
  for (const result of results) count(result, phase, record);
  if (record.logsDecisions || results.some(needsLog)) await logResults(results, phase, ask, record);
}

function warnOfMissingPhases(configuration: Configuration, phase: string, { log }: EventRecord): void {
  for (const [missing, fields] of missingPhases.missedAt(configuration, phase) ?? []) {
    log.warn(
      { plugin: configuration.plugin.name, phase: missing, fields },
      'fields have no effect, because Kong does not call the phase: run dump again with --for or --phases and reload Kong',
    );
  }
}

/** Answers a phase that no part of the configuration has. Kong may call it only for another part of a composed plugin. */
function answerWithoutParts({ instance, phase, sequence }: Event, { metrics, log }: EventRecord): EventAnswer {
  const { plugin } = instance.configuration;
  const parts = partsOf(plugin);
  if (parts.some(({ phases }) => Object.hasOwn(phases, phase))) return encodeAnswer(proceed(), sequence);
  const error = new Error('Kong called a phase that the plugin does not have: run dump again and restart Kong');
  const labels = { plugin: plugin.name, phase: '_unknown' };
  const policy = parts.some((part) => policyOf(part, phase) === 'reject') ? 'reject' : 'pass';
  metrics.countHandlerError(labels, policy);
  metrics.events.inc(labels.plugin, labels.phase, 'error');
  log.error({ err: error, ...labels }, 'handler threw');
  return encodeAnswer(policy === 'reject' ? INTERNAL_ERROR : proceed(), sequence);
}

type Result = PartResult<unknown, Outcome | AnswerOutcome>;

const outcomeLabel = ({ failure, outcome }: Result, phase: string): string =>
  failure ? 'error' : phase === 'log' ? 'done' : 'hold' in outcome ? 'hold' : outcome.kind;

function count(result: Result, phase: string, { metrics }: EventRecord): void {
  const { plugin, failure, durationMs } = result;
  const { name } = plugin;
  if (failure) metrics.countHandlerError({ plugin: name, phase }, policyOf(plugin, phase));
  metrics.events.inc(name, phase, outcomeLabel(result, phase));
  metrics.duration.observe(durationMs / 1000, name, phase);
}

const needsLog = ({ failure, outcome }: Result): boolean => failure !== undefined || outcome.warnings !== undefined;

/** Asks Kong for the request id, and logs what happened to the request. */
async function logResults(results: readonly Result[], phase: string, ask: Ask, record: EventRecord): Promise<void> {
  // In the log phase Kong returns no variables, and nothing is decided.
  const request_id = phase === 'log' ? undefined : await askRequestId(ask);
  for (const result of results) {
    const { plugin, failure, outcome, durationMs } = result;
    const fields = { request_id, plugin: plugin.name, phase };
    for (const warning of outcome.warnings ?? []) record.log.warn({ ...fields, ...warning.fields }, warning.message);
    if (failure) record.log.error({ err: failure.error, ...fields }, 'handler threw');
    else if (record.logsDecisions && request_id !== undefined) {
      const { reason } = outcome;
      record.log.debug(
        { ...fields, outcome: outcomeLabel(result, phase), reason, duration_ms: durationMs },
        'decision',
      );
    }
  }
}

/** The id of the request in Kong's logs; undefined when Kong's reply is malformed. */
async function askRequestId(ask: Ask): Promise<unknown> {
  const replies = await ask(requestIdBatch);
  try {
    return requestId.shape(requestIdBatch.valueAt(0, replies));
  } catch {
    return undefined;
  }
}
