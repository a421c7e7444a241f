import { partsOf, proceed, read, type KongRead, type Log } from '../pdk';
import type { Configuration } from './configurations';
import type { Replies } from './event-facts';
import { planOf } from './event-plan';
import type { Instance } from './instances';
import { MissingPhases } from './missing-phase';
import { answerWith, encodeAnswer, encodeEffects, type EncodedEffects, type EventAnswer } from './protocol/event-answer';
import { ReadBatch, type Reply } from './protocol/read-batch';
import { policyOf, REJECTED, runParts, type PartResult } from './run-parts';
import type { ServerMetrics } from './server-metrics';

/** One event of Kong: a phase of one request, for one instance. */
export interface Event {
  readonly instance: Instance;
  readonly phase: string;
  /** The number of Kong's call. */
  readonly sequence: unknown;
}

/** Sends the reads of a batch in one write; resolves with one reply each, or never when the connection closes first. */
export type Ask = (batch: ReadBatch) => Promise<readonly Reply[]>;

/** Where events are counted and logged. */
export interface EventRecord {
  readonly metrics: ServerMetrics;
  readonly log: Log;
  /** Log one line for every decision, at level debug; it costs a request another round trip, for its id. */
  readonly logsDecisions: boolean;
}

const missingPhases = new MissingPhases();
const requestIdBatch = new ReadBatch([read.requestId()]);

/**
 * Runs an event: reads, decisions, effects. Never rejects, whatever a plugin does: Kong would run an event without an
 * answer again, for ever.
 */
export async function runEvent(event: Event, ask: Ask, record: EventRecord): Promise<EventAnswer> {
  const { instance, phase, sequence } = event;
  const { configuration } = instance;
  warnOfMissingPhases(configuration, phase, record);
  const plan = planOf(configuration, phase);
  if (plan.parts.length === 0) return answerWithoutPhase(event, record);
  const fetch = async (reads: readonly KongRead<unknown>[]): Promise<Replies> => {
    const batch = ReadBatch.of(reads);
    const replies = await ask(batch);
    return { valueAt: (index) => batch.valueAt(index, replies) };
  };
  const results = await runParts(plan, phase, fetch, encodeEffects);
  for (const result of results) count(result, phase, record);
  if (record.logsDecisions || results.some(({ failure }) => failure)) await logResults(results, phase, ask, record);
  return answerWith(
    results.map(({ applied }) => applied),
    sequence,
  );
}

function warnOfMissingPhases({ parts }: Configuration, phase: string, { log }: EventRecord): void {
  for (const part of parts) {
    if (!missingPhases.isMissedAt(part, phase)) continue;
    log.warn({ plugin: part.plugin.name }, 'options have no effect: describe the plugin to Kong by dump --with-access');
  }
}

/** Kong sent a phase that no configured part has: only a composed plugin may be described with more than it needs. */
function answerWithoutPhase({ instance, phase, sequence }: Event, { metrics, log }: EventRecord): EventAnswer {
  const { plugin, parts } = instance.configuration;
  const isDescribed = partsOf(plugin).some(({ phases }) => Object.hasOwn(phases, phase));
  if (isDescribed) return encodeAnswer(proceed(), sequence);
  const error = new Error('Kong sent a phase that the plugin does not have: its description there is outdated');
  const labels = { plugin: plugin.name, phase: '_unknown' };
  const isGuard = parts.some((part) => policyOf(part, phase) === 'reject');
  metrics.countHandlerError(labels, isGuard ? 'reject' : 'pass');
  metrics.events.inc({ ...labels, outcome: 'error' });
  log.error({ err: error, ...labels }, 'a handler threw');
  return encodeAnswer(isGuard ? REJECTED : proceed(), sequence);
}

type Result = PartResult<EncodedEffects>;

const outcomeLabel = ({ failure, outcome }: Result, phase: string): string =>
  failure ? 'error' : phase === 'log' ? 'done' : outcome.kind;

function count(result: Result, phase: string, { metrics }: EventRecord): void {
  const { part, failure, durationMs } = result;
  const labels = { plugin: part.plugin.name, phase };
  if (failure) metrics.countHandlerError(labels, policyOf(part, phase));
  metrics.events.inc({ ...labels, outcome: outcomeLabel(result, phase) });
  metrics.duration.observe(labels, durationMs / 1000);
}

async function logResults(results: readonly Result[], phase: string, ask: Ask, record: EventRecord): Promise<void> {
  // In the log phase Kong returns no variables, and nothing is decided.
  const requestId = phase === 'access' ? await askRequestId(ask) : undefined;
  for (const result of results) {
    const { part, failure, outcome, durationMs } = result;
    const labels = { plugin: part.plugin.name, phase };
    if (failure) record.log.error({ err: failure.error, ...labels, request_id: requestId }, 'a handler threw');
    else if (record.logsDecisions && requestId !== undefined) {
      const decision = { outcome: outcomeLabel(result, phase), reason: outcome.reason, duration_ms: durationMs };
      record.log.debug({ request_id: requestId, ...labels, ...decision }, 'decision');
    }
  }
}

/** The id that Kong's own logs know the request by. */
async function askRequestId(ask: Ask): Promise<unknown> {
  const replies = await ask(requestIdBatch);
  try {
    return read.requestId().shape(requestIdBatch.valueAt(0, replies));
  } catch {
    return undefined;
  }
}
