import { performance } from 'node:perf_hooks';
import { partsOf, proceed, read, type AnswerOutcome, type Log, type Outcome } from '../pdk';
import type { Configuration } from './configurations';
import { EventFacts, type Fetch, type Replies } from './event-facts';
import { NO_READS, PlannedBatch, planOf } from './event-plan';
import { armedRead, failureOf, heldRead, holdOrRelease, isWish, upgradeRead, wishesOf } from './held-answers';
import type { Instance } from './instances';
import { MissingPhases } from './missing-phases';
import {
  encodeAll,
  encodeAnswer,
  encodeEffects,
  joinEffects,
  NO_EFFECTS,
  type EncodedEffects,
  type EventAnswer,
} from './protocol/event-answer';
import { ReadBatch } from './protocol/read-batch';
import { INTERNAL_ERROR, policyOf, runParts, type PartResult } from './run-parts';
import { ANSWER_READS, runResponse } from './run-response';
import type { ServerMetrics } from './server-metrics';

/** One event of Kong: one phase of one request, for one instance. */
export interface Event {
  readonly instance: Instance;
  readonly phase: string;
  /** The number of Kong's call. */
  readonly sequence: number;
}

/** Sends the reads of a batch in one write. Resolves with the replies; never, if the connection closes first. */
export type Ask = (batch: ReadBatch) => Promise<Replies>;

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
  const fetch: Fetch = (reads) => ask(ReadBatch.of(reads));
  if (phase === 'response') return judgeAnswer(event, fetch, ask, record);
  const plan = planOf(configuration, phase, phase === 'access' ? kernelReadsFor(instance) : NO_READS);
  if (plan.parts.length === 0 && !plan.isHoldable) return answerWithoutParts(event, record);
  const facts = new EventFacts(plan, fetch);
  const results = await runParts(plan, phase, fetch, encodeEffects, facts);
  if (mustLog(results, phase, record)) await logResults(results, phase, ask, record);
  const applied = results.map((result) => result.applied);
  if (plan.isHoldable && !applied.at(-1)?.isExit) {
    const release = plainRelease(results, instance);
    applied.push(release ?? (await encodeHold(results, facts, event, record)));
  }
  return joinEffects(applied, sequence);
}

const HELD_READS = [heldRead];
const ARMED_READS = [armedRead];
const HELD_AND_ARMED_READS = [heldRead, armedRead];

/**
 * What the access phase must know of held answers, besides the facts of the parts: whether an earlier plugin holds the
 * answer, and, once for an instance, whether Kong holds the answers of this plugin.
 */
function kernelReadsFor({ configuration, isArmed }: Instance): typeof NO_READS {
  if (!configuration.isHoldable) return NO_READS;
  if (configuration.isHeldBefore()) return isArmed === undefined ? HELD_AND_ARMED_READS : HELD_READS;
  return isArmed === undefined ? ARMED_READS : NO_READS;
}

const HELD_BATCH = new PlannedBatch(HELD_READS);
const ARMED_BATCH = new PlannedBatch(ARMED_READS);
/**
 * What only a wish needs to know. The headers of the request do not tell whether Kong upgrades the connection: an earlier
 * plugin may have removed `Upgrade` after Kong had read it.
 */
const WISH_BATCH = new PlannedBatch([upgradeRead]);
const WISH_BATCH_AFTER_OTHERS = new PlannedBatch([heldRead, upgradeRead]);
const RELEASED = encodeAll(holdOrRelease([], undefined));

/** The release of an answer that nobody wants to hold. Undefined if Kong must be asked before, or a part wants to hold it. */
function plainRelease(
  results: readonly PartResult<unknown>[],
  { isArmed, configuration }: Instance,
): EncodedEffects | undefined {
  if (isArmed === undefined || configuration.isHeldBefore() || results.some(isWish)) return undefined;
  return isArmed ? RELEASED : NO_EFFECTS;
}

/**
 * The effects that make Kong hold or release the answer; none where it does not hold those of this plugin. If they fail, no
 * plugin could judge the answer: the request is rejected.
 */
async function encodeHold(
  results: readonly PartResult<unknown>[],
  facts: EventFacts,
  event: Event,
  record: EventRecord,
): Promise<EncodedEffects> {
  try {
    const { instance } = event;
    const isAfterOthers = instance.configuration.isHeldBefore();
    if (instance.isArmed === undefined) {
      await facts.loadMissing(ARMED_BATCH);
      instance.isArmed = facts.valueOf(armedRead);
    }
    const release = plainRelease(results, instance);
    if (release) return release;
    const wishes = wishesOf(instance.configuration.plugin, results);
    const [first] = wishes;
    await facts.loadMissing(first ? (isAfterOthers ? WISH_BATCH_AFTER_OTHERS : WISH_BATCH) : HELD_BATCH);
    if (first && !isHeldByKong(facts, event, record)) return encodeEffects(failureOf(first.hold.failure));
    return encodeAll(holdOrRelease(wishes, isAfterOthers ? facts.valueOf(heldRead) : undefined));
  } catch (error) {
    recordFailure(error, event, record);
    return encodeEffects(INTERNAL_ERROR);
  }
}

/** Configurations of which a wish was logged that Kong does not fulfil. */
const unfulfilled = new WeakSet<Configuration>();

/** Whether the response phase will run. If not, an answer that a guard must judge would reach the client as it is. */
function isHeldByKong(facts: EventFacts, { instance, phase }: Event, { log }: EventRecord): boolean {
  const { configuration } = instance;
  if (instance.isArmed) return facts.valueOf(upgradeRead) === '';
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
  if (mustLog(results, phase, record)) await logResults(results, phase, ask, record);
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

/** Counts the results. Returns whether they must be logged. */
function mustLog(results: readonly Result[], phase: string, record: EventRecord): boolean {
  for (const result of results) count(result, phase, record);
  return record.logsDecisions || results.some(needsLog);
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
    return requestId.shape(replies.valueAt(0));
  } catch {
    return undefined;
  }
}
