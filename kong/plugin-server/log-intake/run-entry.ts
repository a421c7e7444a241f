import type { KongRead, Log } from '../../pdk';
import type { Configuration } from '../configurations';
import type { Fetch } from '../event-facts';
import { planOf } from '../event-plan';
import { runParts } from '../run-parts';
import type { IntakeMetrics } from './metrics';
import type { ParsedEntry } from './parse-entry';

/** Where a handler that throws is counted and logged. */
export interface EntryRecord {
  readonly log: Log;
  readonly metrics: IntakeMetrics;
}

/** Runs the log phase of a configuration for an entry. False if a handler threw. Never rejects. */
export async function runEntry(
  configuration: Configuration,
  entry: ParsedEntry,
  endpoint: string,
  { log, metrics }: EntryRecord,
): Promise<boolean> {
  const fetch: Fetch = (reads) => Promise.resolve({ valueAt: (index) => reads[index] && valueIn(entry, reads[index]) });
  const results = await runParts(planOf(configuration, 'log'), 'log', fetch, () => undefined);
  for (const { plugin, failure } of results) {
    if (!failure) continue;
    const at = { plugin: plugin.name, phase: 'log' };
    metrics.handlerErrors.inc({ ...at, request: 'passed' });
    log.error({ err: failure.error, ...at, endpoint, request_id: entry.requestId }, 'handler threw');
  }
  return results.every(({ failure }) => failure === undefined);
}

/** Whether an entry contains the value of a read. */
export const isInEntry = ({ method }: KongRead<unknown>): boolean =>
  method === 'kong.log.serialize' || method === 'kong.ctx.shared.get';

/** The value of a read, as Kong would return it. */
function valueIn({ logEntry, shared }: ParsedEntry, { method, argument }: KongRead<unknown>): unknown {
  if (method === 'kong.log.serialize') return logEntry;
  if (method === 'kong.ctx.shared.get') {
    const key = String(argument);
    return Object.hasOwn(shared, key) ? shared[key] : undefined;
  }
  throw new Error(`a log entry does not contain ${method}`);
}
