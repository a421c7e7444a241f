import type { Capture } from '../shared/captured-body/capture';
import type { LogEntry } from '../shared/telemetry/log-entry';
import { describeLateResponse } from './operations/describe-exchange';
import { readResponses } from './responses/read-responses';
import { sessionKeyIn } from './sessions/session-id';
import type { State } from './state';

/** Reports the waiting messages whose responses were sent on this stream. */
export async function reportLateResponses(
  { deferred, config }: Pick<State, 'deferred' | 'config'>,
  entry: LogEntry,
  capture: Capture,
): Promise<void> {
  const session = sessionKeyIn(entry);
  if (session === undefined || deferred.size === 0) return;
  const responses = await readResponses(entry, capture.response, config.max_buffer_bytes);
  for (const id of responses.ids) {
    const waiting = deferred.take(session, id);
    if (waiting) waiting.finish(describeLateResponse(waiting.operation, responses.to(id, false), entry, capture));
  }
}
