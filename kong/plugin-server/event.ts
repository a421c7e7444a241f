import { performance } from 'node:perf_hooks';
import { read, type Log, type Plugin, type RunnablePhase } from '../pdk';
import { decidePhase } from './decide-phase';
import type { Instance } from './instances';
import { MissingPhases } from './missing-phases';
import { encodeAnswer, type EventAnswer } from './protocol/event-answer';
import { ReadBatch, type PdkReply } from './protocol/read-batch';
import { policyOf, runPhase } from './run-phase';
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

const missingPhases = new MissingPhases();
const requestIdBatch = new ReadBatch({ id: read.requestId() });

/**
 * Runs an event: reads, decision, effects. Never rejects, whatever the plugin does, because Kong repeats an event without
 * an answer forever.
 */
export async function runEvent(event: Event, ask: Ask, record: EventRecord): Promise<EventAnswer> {
  const startedAtMs = performance.now();
  const { plugin, state } = event.instance.configuration;
  const phase = phaseOf(plugin, event.phase);
  const { outcome, applied, failure } = await runPhase(
    plugin,
    event.phase,
    async () => {
      if (missingPhases.isMissedAt(event.instance.configuration, event.phase)) {
        record.log.warn(
          { plugin: plugin.name },
          'options have no effect: run dump --with-access again and restart Kong',
        );
      }
      if (!phase) throw new Error('Kong called a phase that the plugin does not have: run dump again and restart Kong');
      return decidePhase(phase, state, async (reads) => {
        const batch = ReadBatch.of(reads);
        return batch.decode(await ask(batch));
      });
    },
    (decided) => encodeAnswer(decided, event.sequence),
  );
  const labels = { plugin: plugin.name, phase: phase ? event.phase : '_unknown' };
  if (failure) {
    record.metrics.countHandlerError(labels, policyOf(plugin, event.phase));
  }
  const result = failure ? 'error' : event.phase === 'log' ? 'done' : outcome.kind;
  const durationMs = performance.now() - startedAtMs;
  record.metrics.events.inc({ ...labels, outcome: result });
  record.metrics.duration.observe(labels, durationMs / 1000);
  if (failure || record.logsDecisions) {
    // In the log phase Kong returns no variables, and nothing is decided.
    const requestId = labels.phase === 'access' ? await askRequestId(ask) : undefined;
    if (failure) record.log.error({ err: failure.error, ...labels, request_id: requestId }, 'handler threw');
    else if (requestId !== undefined) {
      const { reason } = outcome;
      record.log.debug(
        { request_id: requestId, ...labels, outcome: result, reason, duration_ms: durationMs },
        'decision',
      );
    }
  }
  return applied;
}

function phaseOf({ phases }: Plugin, name: string): RunnablePhase | undefined {
  return Object.hasOwn(phases, name) ? phases[name as keyof typeof phases] : undefined;
}

/** The id of the request in Kong's logs; undefined when Kong's reply is malformed. */
async function askRequestId(ask: Ask): Promise<unknown> {
  const replies = await ask(requestIdBatch);
  try {
    return requestIdBatch.decode(replies)['id'];
  } catch {
    return undefined;
  }
}
