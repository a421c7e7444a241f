import type { Capture } from '../shared/captured-body/capture';
import type { LogEntry } from '../shared/telemetry/log-entry';
import { describeLateAnswer } from './operations/describe-exchange';
import { readAnswers } from './responses/read-responses';
import { sessionKeyIn } from './sessions/session-id';
import type { State } from './state';

/** Tells of the messages whose answers were put off and came on this stream. */
export async function tellOfLateAnswers(
  { deferred, config }: Pick<State, 'deferred' | 'config'>,
  entry: LogEntry,
  capture: Capture,
): Promise<void> {
  const session = sessionKeyIn(entry);
  if (session === undefined || deferred.size === 0) return;
  const answers = await readAnswers(entry, capture.response, config.max_buffer_bytes);
  for (const id of answers.ids) {
    const held = deferred.take(session, id);
    if (held) held.finish(describeLateAnswer(held.operation, answers.to(id, false), entry, capture));
  }
}
